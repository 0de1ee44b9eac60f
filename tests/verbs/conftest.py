"""The national policy is read once for all commands of these tests; a folder of one's own is read as ever."""

from functools import cache

import pytest

from duanka.policy import dated

_LOAD = dated.load


@cache
def _national():
    return _LOAD([])


@pytest.fixture(autouse=True)
def _policy_read_once(monkeypatch):
    monkeypatch.setattr(
        dated, "load", lambda folders=(): _LOAD(folders) if folders else _national()
    )
