"""What these tests share: the national policy is read once (a folder of one's own as ever), passwords are cheap."""

from functools import cache

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from duanka.policy import dated
from duanka.web import people

_LOAD = dated.load


@cache
def _national():
    return _LOAD([])


@pytest.fixture(autouse=True)
def _policy_read_once(monkeypatch):
    monkeypatch.setattr(
        dated, "load", lambda folders=(): _LOAD(folders) if folders else _national()
    )


@pytest.fixture(autouse=True)
def _passwords_cost_little(monkeypatch):
    """Argon2 as it is, but cheap; tests/web/test_people.py asks the real price."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(people, "_HASHER", cheap)
