"""How a rate has moved, with its range, and how far a rank can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Change:
    """A later rate over an earlier one, with its range; `ratio` is NaN where there was nothing before."""

    ratio: Floats
    lower: Floats
    upper: Floats


def change(
    later: tuple[Floats, Floats], earlier: tuple[Floats, Floats], *, interval_share: float
) -> Change:
    """How the rate changed from the earlier to the later stretch: counts and exposures of both.

    The exact range: given how many there were in all, those of the later stretch are binomial.
    Units: ratios; 1 is no change.
    Source: Przyborowski and Wilenski 1940; the limits of the share are Clopper and Pearson's.
    """
    x, n = np.asarray(later[0], dtype=np.float64), np.asarray(later[1], dtype=np.float64)
    y, m = np.asarray(earlier[0], dtype=np.float64), np.asarray(earlier[1], dtype=np.float64)
    tail = (1.0 - interval_share) / 2.0
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(x > 0, stats.beta.ppf(tail, x, y + 1), 0.0)
        high = np.where(y > 0, stats.beta.isf(tail, x + 1, y), 1.0)
        scale = m / n
        return Change((x / n) / (y / m), scale * low / (1.0 - low), scale * high / (1.0 - high))


def rank_range(
    shape: Floats, rate: Floats, *, seed: int, interval_share: float, draws: int = 400
) -> tuple[Floats, Floats]:
    """Between which ranks each unit lies when all ratios are drawn again from what is known of them.

    Shapes: `shape` and `rate` of each unit's gamma posterior; returns two arrays of ranks from 1.
    """
    rng = np.random.default_rng(seed)
    ranks = np.empty((draws, shape.size))
    for turn in range(draws):
        drawn = rng.gamma(shape) / rate
        ranks[turn, np.argsort(-drawn, kind="stable")] = np.arange(1, shape.size + 1)
    tail = (1.0 - interval_share) / 2.0
    low, high = np.quantile(ranks, [tail, 1.0 - tail], axis=0)
    return low, high
