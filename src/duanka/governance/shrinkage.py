"""Rates of small numbers told soberly: shrunk towards what is expected, with intervals, and held to chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special, stats
from scipy.optimize import minimize, minimize_scalar

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

FEW_UNITS = 60
"""Up to so many units each is held to a spread that was learned without it."""
BEYOND = 0.05
"""Counts that fewer ordinary units reach say no more than that they were reached."""
PLAIN = 4.0
"""Where cards come in batches, counts below this are taken as they are, however small the unit."""
_LOG_RANGE = (-7.0, 3.0)
WORTH_A_LOOK = 0.1
"""Of few units, those that pure chance reaches less often than this are held to the others alone."""
_BINS_FROM = 3_000


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


def log_likelihood(counted: Floats, expected: Floats, shape: float | Floats) -> Floats:
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
    shape, mean = 1.0 / np.maximum(variance, 1e-9), np.maximum(expected, 1e-12)
    # the negative binomial's upper tail, as the incomplete beta function that it is
    share = special.betainc(np.maximum(counted, 1.0), shape, mean / (shape + mean))
    return np.asarray(np.where(counted > 0, share, 1.0))


@dataclass(frozen=True)
class Held:
    """How likely an ordinary unit is to show as much as each did, with the level and variance of ordinary ones."""

    tails: Floats
    level: Floats
    variance: Floats


def clumping(counted: Floats, expected: Floats, *, usual: float) -> float:
    """How far implicated cards of ordinary units come in batches: the variance of a count over its mean, less one.

    A ring that brings five people to one desk on one morning is one misfortune of that desk, not five. Most
    likely under a negative binomial whose variance has a part in proportion to the mean; counts from `PLAIN` on
    are taken for no more than that, so that a few bad units do not pass for a habit of all.

    Units: cards; zero where cards come one by one.
    """
    inside = expected > 0
    o, e, times = _binned(counted[inside], expected[inside])
    cap = np.maximum(_quantile(e, usual / 2.0, 1.0 - BEYOND), PLAIN)

    def against(at: NDArray[np.float64]) -> float:
        level, variance, clump = np.exp(at)
        fit = _censored((o, e, times), cap, level=level, variance=variance, clump=clump)
        prior = at[1] - 2.0 * variance / usual - 0.5 * at[0] ** 2 + at[2] - 2.0 * clump / usual
        return -fit - float(prior)

    found = minimize(
        against,
        np.array([0.0, np.log(usual / 2.0), np.log(usual / 2.0)]),
        method="Nelder-Mead",
        bounds=[(-2.0, 1.0), _LOG_RANGE, _LOG_RANGE],
        options={"xatol": 1e-3, "fatol": 1e-4, "maxiter": 600},
    )
    return float(np.exp(found.x[2]))


def held_to_chance(counted: Floats, expected: Floats, *, usual: float, clump: float = 0.0) -> Held:
    """Every unit held to the level and the spread of the ordinary ones among its kind.

    Few units are each held to what the others say. What the peers' own cards leave uncertain in the
    expectation is added to the spread, and what comes in batches (`clumping`).
    """
    size = counted.size
    inside = np.flatnonzero(expected > 0)
    out = Held(np.ones(size), np.ones(size), np.full(size, usual))
    if inside.size < 2:
        return out
    o, e = counted[inside], expected[inside]
    unsure = 1.0 / np.maximum(o.sum() - o, 1.0)
    level, variance = ordinary(o, e, usual=usual, clump=clump)
    out.level[inside], out.variance[inside] = level, variance + unsure + clump / (level * e)
    if inside.size <= FEW_UNITS:
        for unit in np.flatnonzero(tail_share(o, e, np.zeros(o.size)) < WORTH_A_LOOK):
            others = np.arange(o.size) != unit
            level, variance = ordinary(o[others], e[others], usual=usual, clump=clump)
            out.level[inside[unit]] = level
            out.variance[inside[unit]] = variance + unsure[unit] + clump / (level * e[unit])
    out.tails[inside] = tail_share(o, out.level[inside] * e, out.variance[inside])
    return out


def ordinary(
    counted: Floats, expected: Floats, *, usual: float, clump: float = 0.0
) -> tuple[float, float]:
    """The level of ordinary units' ratio to what is expected of them, and its variance.

    Most likely under a negative binomial where a count beyond what one unit in twenty reaches is taken for
    nothing more than that: so a few bad units, however bad, cannot make themselves look ordinary, nor raise
    what is expected of everybody.
    """
    o, e, times = _binned(counted, expected)
    cap = np.maximum(_quantile(e, usual / 2.0, 1.0 - BEYOND), 1.0 + (clump > 0) * (PLAIN - 1.0))

    def against(at: NDArray[np.float64]) -> float:
        level, variance = np.exp(at)
        fit = _censored((o, e, times), cap, level=level, variance=variance, clump=clump)
        return -fit - float(at[1] - 2.0 * variance / usual - 0.5 * at[0] ** 2)

    found = minimize(
        against,
        np.array([0.0, np.log(usual / 2.0)]),
        method="Nelder-Mead",
        bounds=[(-2.0, 1.0), _LOG_RANGE],
        options={"xatol": 1e-4, "fatol": 1e-6, "maxiter": 400},
    )
    return float(np.exp(found.x[0])), float(np.exp(found.x[1]))


def _censored(
    units: tuple[Floats, Floats, Floats],
    cap: Floats,
    *,
    level: float,
    variance: float,
    clump: float,
) -> float:
    """The log likelihood of counts (with what is expected and how often each occurs), cut at a cap each."""
    o, e, times = units
    over, mean = o >= cap, level * e
    shape = 1.0 / (variance + clump / mean)
    within = log_likelihood(o[~over], mean[~over], shape[~over])
    chance = mean[over] / (shape[over] + mean[over])
    beyond = np.log(np.maximum(special.betainc(cap[over], shape[over], chance), 1e-300))
    return float(times[~over] @ within + times[over] @ beyond)


def _quantile(expected: Floats, variance: float, share: float) -> Floats:
    """The smallest count with at most the rest of the probability at or above it."""
    shape = 1.0 / variance
    return np.asarray(stats.nbinom.ppf(share, shape, shape / (shape + expected)) + 1.0)


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
