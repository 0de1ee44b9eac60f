"""Rates of small numbers told soberly: shrunk towards what is expected, with intervals, and held to chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special, stats
from scipy.optimize import minimize_scalar

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

FEW_UNITS = 60
"""Up to so many units each is held to a spread that was learned without it."""
_LOG_RANGE = (-7.0, 3.0)
_BINS_FROM = 20_000


@dataclass(frozen=True)
class Posterior:
    """What the cards say of each unit's ratio to what is expected of it: mean and interval."""

    mean: Floats
    lower: Floats
    upper: Floats


def spread(counted: Floats, expected: Floats, *, usual: float) -> float:
    """How much units differ beyond chance: the variance of their ratio to what is expected of them.

    The most likely variance of a gamma prior with mean one, under which counts are negative binomial. `usual`
    is what is supposed with the weight of one unit, so that a handful of units never passes for identical.
    Source: Clayton and Kaldor 1987; the prior on the variance is a gamma of shape 2.
    """
    inside = expected > 0
    o, e, times = _binned(counted[inside], expected[inside])

    def against(log_variance: float) -> float:
        variance = float(np.exp(log_variance))
        prior = log_variance - 2.0 * variance / usual
        return -float(times @ log_likelihood(o, e, 1.0 / variance)) - prior

    found = minimize_scalar(against, bounds=_LOG_RANGE, method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def log_likelihood(counted: Floats, expected: Floats, shape: float) -> Floats:
    """The log of the negative binomial probability of each count, but for what no shape changes."""
    rising = special.gammaln(shape + counted) - special.gammaln(shape)
    out = rising - shape * np.log1p(expected / shape)
    return np.asarray(out + counted * np.log(expected / (shape + expected)))


def _binned(counted: Floats, expected: Floats) -> tuple[Floats, Floats, Floats]:
    """Counts and expectations with how often each occurs; many are put into fine bins first."""
    if counted.size < _BINS_FROM:
        return counted, expected, np.ones(counted.size)
    grid = np.round(np.log(expected) * 200.0).astype(np.int64)
    low = grid.min()
    key = (grid - low) + (grid.max() - low + 1) * counted.astype(np.int64)
    _, at, times = np.unique(key, return_index=True, return_counts=True)
    return counted[at], np.exp(grid[at] / 200.0), times.astype(np.float64)


def posterior(
    counted: Floats, expected: Floats, variance: float, *, interval_share: float
) -> Posterior:
    """Each unit's ratio to what is expected of it, shrunk to one: gamma prior, Poisson counts.

    Units: ratios; the interval covers `interval_share` of the posterior, the same left out on either side.
    """
    shape = 1.0 / variance
    tail = (1.0 - interval_share) / 2.0
    o, e = shape + counted, shape + expected
    with np.errstate(under="ignore"):
        lower = special.gammaincinv(o, tail) / e
        upper = special.gammainccinv(o, tail) / e
    return Posterior(o / e, lower, upper)


def tail_share(counted: Floats, expected: Floats, variance: Floats) -> Floats:
    """How likely an ordinary unit is to show as many cards or more, given how much ordinary units differ.

    Units: 0…1; one where nothing was counted.
    """
    shape = 1.0 / np.maximum(variance, 1e-9)
    share = stats.nbinom.sf(counted - 1, shape, shape / (shape + np.maximum(expected, 1e-12)))
    return np.where(counted > 0, share, 1.0)


def held_to_chance(
    counted: Floats, expected: Floats, *, usual: float, false_share: float
) -> Floats:
    """The tail share of every unit among its kind, by a spread that the outstanding ones did not make.

    First all units say how much they differ; those that stand out even so are left out and the rest says it
    again, until nothing changes. Few units are each held to what the others say. What the peers' own cards
    leave uncertain in the expectation is added to the spread.
    """
    inside = expected > 0
    o, e = counted[inside], expected[inside]
    share = np.ones(counted.size)
    if o.size < 2:
        return share
    unsure = 1.0 / np.maximum(o.sum() - o, 1.0)
    kept = np.ones(o.size, dtype=np.bool_)
    for _ in range(10):
        variance = _spreads(o, e, kept, usual)
        tails = tail_share(o, e, variance + unsure)
        left = ~stands_out(tails, false_share=false_share)
        if (left == kept).all() or left.sum() < 2:
            break
        kept = left
    share[inside] = tails
    return share


def _spreads(o: Floats, e: Floats, kept: Flags, usual: float) -> Floats:
    if o.size > FEW_UNITS:
        return np.full(o.size, spread(o[kept], e[kept], usual=usual))
    out = np.empty(o.size)
    for unit in range(o.size):
        others = kept.copy()
        others[unit] = False
        out[unit] = spread(o[others], e[others], usual=usual)
    return out


def stands_out(tails: Floats, *, false_share: float) -> Flags:
    """Which units stand out, such that of those that do, at most `false_share` are expected to be ordinary.

    Source: Benjamini and Hochberg 1995.
    """
    order = np.argsort(tails, kind="stable")
    ranked = tails[order]
    limits = false_share * np.arange(1, ranked.size + 1) / max(ranked.size, 1)
    below = np.flatnonzero(ranked <= limits)
    out = np.zeros(tails.size, dtype=np.bool_)
    if below.size:
        out[order[: below[-1] + 1]] = True
    return out


def funnel(expected: Floats, variance: float, *, share: float) -> tuple[Floats, Floats]:
    """Between which counts an ordinary unit of each size stays with the probability `share`.

    Units: cards. The limits widen with how much ordinary units differ, as in Spiegelhalter 2005.
    """
    shape = 1.0 / max(variance, 1e-9)
    rest = (1.0 - share) / 2.0
    chance = shape / (shape + np.maximum(expected, 1e-12))
    return stats.nbinom.ppf(rest, shape, chance), stats.nbinom.ppf(1.0 - rest, shape, chance)
