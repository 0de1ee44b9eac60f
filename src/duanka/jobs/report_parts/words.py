"""The report's words in both languages, kept in `words.yaml` so that a jurist can read them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml


class Both(NamedTuple):
    """One text in both languages."""

    zh: str
    en: str


class Figure(NamedTuple):
    """What a quality figure is called, how it is counted, and what it says to a reader."""

    name: Both
    unit: str
    means: Both


NOTHING = Both("", "")
DASH = Both("—", "—")


@cache
def _words() -> dict[str, Any]:
    text = Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def word(group: str, code: str) -> Both:
    """The word for a code of a group, or the code itself where the group does not know it.

    Example:
        >>> word("tier", "high_risk").zh
        '高危卡'
        >>> word("tier", "unheard_of")
        Both(zh='unheard_of', en='unheard_of')
    """
    pair = _words()[group].get(code)
    return Both(*pair) if pair else Both(code, code)


def codes(group: str) -> tuple[str, ...]:
    """The codes of a group in the order in which a reader meets them."""
    return tuple(_words()[group])


def figure(name: str) -> Figure:
    """A quality figure's name, unit and meaning; an unknown one is shown as it is called."""
    found = _words()["figure"].get(name)
    if found is None:
        return Figure(Both(name, name), "number", NOTHING)
    return Figure(Both(*found["name"]), found["unit"], Both(*found["means"]))
