"""Whether what was said is so: probabilities against outcomes, bin by bin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class ReliabilityBin:
    """Cards of similar score: what was said of them, and what was so."""

    lowest: float
    highest: float
    cards: int
    said: float
    seen: float


def reliability(
    p: NDArray[np.float64], y: NDArray[np.int8], *, bins: int = 10
) -> list[ReliabilityBin]:
    """Said against seen, lowest scores first, in bins that each expect equally many implicated.

    Bins of equal width or equal count would put nearly every rare find into one of them.
    """
    order = np.argsort(p, kind="stable")
    ranked, seen = p[order], (y == 1)[order]
    mass = np.cumsum(ranked)
    if len(p) == 0 or mass[-1] <= 0:
        return []
    which = np.minimum((bins * (mass - ranked / 2) / mass[-1]).astype(np.int64), bins - 1)
    parts = [np.flatnonzero(which == number) for number in range(bins)]
    return [
        ReliabilityBin(
            float(ranked[part[0]]),
            float(ranked[part[-1]]),
            len(part),
            float(ranked[part].mean()),
            float(seen[part].mean()),
        )
        for part in parts
        if len(part)
    ]


def expected_calibration_error(p: NDArray[np.float64], y: NDArray[np.int8]) -> float:
    """The mean distance of said from seen, every card counting the same; NaN of nothing."""
    parts = reliability(p, y)
    if not parts:
        return float("nan")
    return sum(part.cards * abs(part.said - part.seen) for part in parts) / len(p)
