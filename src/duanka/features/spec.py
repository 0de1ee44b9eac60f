"""The ways to say a feature: Aggregate (the kernel), Derived (NumPy), or a Feature looked up as of the instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Family = Literal["money", "contacts", "rhythm", "device", "opening", "cross", "taint"]
FAMILIES: tuple[Family, ...] = (
    "money",
    "contacts",
    "rhythm",
    "device",
    "opening",
    "cross",
    "taint",
)


@dataclass(frozen=True)
class Window:
    """A half-open stretch of event time before the question, and its resolution.

    Units: microseconds. An event counts when floor(asked_at - length, hop) <= at < asked_at.
    """

    name: str
    length: int
    hop: int
    zh: str
    en: str


WINDOWS: dict[str, Window] = {
    w.name: w
    for w in (
        Window("10m", 10 * MINUTE, MINUTE, "近10分钟", "in the last 10 minutes"),
        Window("1h", HOUR, 5 * MINUTE, "近1小时", "in the last hour"),
        Window("1d", DAY, 2 * HOUR, "近1天", "in the last day"),
        Window("7d", 7 * DAY, 12 * HOUR, "近7天", "in the last 7 days"),
        Window("30d", 30 * DAY, 2 * DAY, "近30天", "in the last 30 days"),
        Window("90d", 90 * DAY, 6 * DAY, "近90天", "in the last 90 days"),
    )
}

Op = Literal["count", "total", "active", "largest", "distinct", "peak"]


@dataclass(frozen=True)
class Aggregate:
    """An operation over the events of a key inside each of some windows.

    `need` and `bar` are masks: an event takes part when it has every bit of `need` and none of `bar`.
    `active` counts the window's hops in which at least one such event happened. `value` names what is summed: `value`, a value the kernel computes, or a bit field of the flags.
    `of` (peak only): the name of the count or total whose highest standing is kept.
    """

    stem: str
    op: Op
    windows: tuple[str, ...]
    zh: str
    en: str
    family: Family
    need: int = 0
    bar: int = 0
    value: str = "value"
    of: str = ""

    def names(self) -> tuple[str, ...]:
        """The feature's name in each of its windows."""
        return tuple(f"{self.stem}_{window}" for window in self.windows)


@dataclass(frozen=True)
class Derived:
    """A plain function of earlier columns; the same on one row and on a million."""

    name: str
    zh: str
    en: str
    family: Family
    needs: tuple[str, ...]
    compute: Callable[..., NDArray[np.float64]]


@dataclass(frozen=True)
class Feature:
    """A named column of a question's answer, with the sentence that explains it in both languages."""

    name: str
    zh: str
    en: str
    family: Family
