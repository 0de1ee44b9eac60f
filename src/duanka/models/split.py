"""Which examples teach and which check: apart in time, and no holder on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CROSSING_KEPT = 0.5


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to check on, and what each checking row stands for.

    Shapes: early, late: (rows,) masks, never both true; late_weight: (rows,), factor ≥ 1.
    """

    early: NDArray[np.bool_]
    late: NDArray[np.bool_]
    late_weight: NDArray[np.float64]
    by_time: bool


def split(
    y: NDArray[np.int8],
    group: NDArray[np.int64],
    at: NDArray[np.int64],
    *,
    seed: int,
    late_share: float = 0.25,
) -> Split:
    """The last part in time against what came before, holders kept whole.

    A holder with an implicated row goes to the side of the first such row. Of the other holders
    seen on both sides, half go to each. The checking rows then count for the late ones left out,
    implicated and others apart, so that the checking side keeps the true share of implicated cards.
    Where all rows are of one instant, or time would leave a side with fewer than 5 implicated rows,
    holders alone are divided.
    """
    implicated = y == 1
    cut = _cut(at[implicated], late_share)
    holders, of = np.unique(group, return_inverse=True)
    chance = holder_chance(holders, seed)
    first = np.full(len(holders), np.iinfo(np.int64).max)
    np.minimum.at(first, of[implicated], at[implicated])
    if cut is not None:
        tainted = first < np.iinfo(np.int64).max
        crossing = _has(of, at < cut, len(holders)) & _has(of, at >= cut, len(holders)) & ~tainted
        checks = np.where(tainted, first >= cut, chance < _CROSSING_KEPT)
        checks |= ~tainted & ~crossing & ~_has(of, at < cut, len(holders))
        late = (at >= cut) & checks[of]
        early = (at < cut) & ~checks[of]
        weight = np.ones(len(y))
        for one in (implicated, ~implicated):
            weight[one] = (one & (at >= cut)).sum() / max((one & late).sum(), 1)
        if (
            implicated[late].sum() >= 5
            and implicated[early].sum() >= 5
            and not implicated[late].all()
        ):
            return Split(early, late, weight, by_time=True)
    late = chance[of] < late_share
    return Split(~late, late, np.ones(len(y)), by_time=False)


def holder_chance(holders: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """A number in [0, 1) of each holder, the same wherever and in whatever order it stands.

    Source: the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    """
    mixed = holders.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15 * (seed + 1) % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return np.asarray((mixed >> np.uint64(11)) / np.float64(2**53), np.float64)


def _cut(at: NDArray[np.int64], late_share: float) -> int | None:
    """The instant from which on `late_share` of the implicated rows lie; none if time cannot tell."""
    if len(at) == 0 or at.min() == at.max():
        return None
    ordered = np.sort(at)
    return int(ordered[min(int(len(at) * (1 - late_share)), len(at) - 1)])


def _has(of: NDArray[np.int64], rows: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    return np.asarray(np.bincount(of[rows], minlength=count) > 0)
