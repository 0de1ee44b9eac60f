"""Policy entries as frozen records: parameters, measures, reasons and table versions, and which of them is in force."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from duanka.policy.table import POLICE_MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from duanka.policy.source import Lined
    from duanka.policy.table import Table

MARKS = {
    "V": "text of the rule read",
    "P": "read in a partial excerpt; unverified",
    "S": "secondary source; unverified",
    "G": "general knowledge; unverified",
    "D": "our own design; unverified",
}
COUNT_UNITS = (
    "day",
    "hour",
    "minute",
    "ms",
    "month",
    "year",
    "card",
    "person",
    "family",
    "times",
    "label",
    "fen",
    "per_10k",
    "period",
)
SHARE_UNITS = ("share", "score")
OTHER_UNITS = ("flag", "word", "words", "ratio")
AUTHORITIES = ("system", "officer", "two_officers", "police")
CARD_KINDS = ("account", "sim")

Value = bool | int | float | str | tuple[str, ...]


@dataclass(frozen=True)
class Label:
    """What an entry is called, in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Parameter:
    """One value of a parameter in the days from `since` up to, not including, `until`."""

    name: str
    label: Label
    unit: str
    value: Value
    since: date
    until: date | None
    reference: str
    mark: str

    @property
    def verified(self) -> bool:
        """Whether the text of the source was read."""
        return self.mark == "V"


@dataclass(frozen=True)
class Measure:
    """What may be done, by which article for which card kind, in the days from `since` up to `until`."""

    name: str
    label: Label
    authority: str
    mildness: int
    protected_payments_pass: bool
    review: str
    term: str | None
    grade_of: str | None
    articles: Mapping[str, str]
    since: date
    until: date | None
    reference: str
    mark: str

    @property
    def of_police(self) -> bool:
        """Whether only the police may decide it; we carry it out or propose it."""
        return self.name in POLICE_MEASURES


@dataclass(frozen=True)
class Reason:
    """Why, in both languages; a `fact` is something known, not something a model found likely."""

    name: str
    label: Label
    fact: bool


@dataclass(frozen=True)
class TableVersion:
    """A decision table in the days from `since` up to, not including, `until`."""

    name: str
    label: Label
    table: Table
    since: date
    until: date | None
    reference: str
    mark: str


class _Dated(Protocol):
    @property
    def since(self) -> date: ...
    @property
    def until(self) -> date | None: ...


_V = TypeVar("_V", bound=_Dated)


def in_force(versions: Sequence[_V], day: date) -> _V | None:
    """The version in force on the day: since ≤ day < until."""
    return next(
        (v for v in versions if v.since <= day and (v.until is None or day < v.until)), None
    )


def content_hash(merged: Mapping[str, Mapping[str, Lined]]) -> str:
    """A short hash of what the entries say, blind to comments, order of keys and file names."""
    text = json.dumps(merged, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
