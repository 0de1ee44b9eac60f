"""From raw log-odds to the probability of being implicated, and how far that can be believed.

Three corrections, each strictly increasing, so that the order of the cards never changes:

1. a line through the held-out log-odds (Platt), bent at a few knots where enough implicated cards
   show that the line is off;
2. labels are incomplete: P(implicated) = P(labelled) / c, with c = P(labelled | implicated).
   Assumption: which implicated cards get labelled does not depend on their features, and there
   are scores so high that all such cards are implicated. c is used only where the held-out scores
   look like the second, and never where it would be below a bound;
3. a model trained on enriched data is used where implicated cards are rare: the odds are moved
   by the ratio of the two base rates.

Source: Platt 1999; Elkan and Noto, KDD 2008 (c); Saerens et al. 2002 (base rates).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba
import numpy as np

from duanka.models.logistic import drawn_logistic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_KNOTS = 33
_IMPLICATED_A_BEND = 25
_IMAGINED = 10
_LEAST_SLOPE = 0.02
_HIGHEST = 0.9995
_TAIL_POINTS = 257


@dataclass(frozen=True)
class Calibration:
    """Knots of the increasing map raw → logit, and the held-out scores for p-values.

    Shapes: raw, logit: (knots,), both strictly increasing.
        implicated: sorted raw scores of held-out implicated cards (thinned to at most 257);
        others: sorted raw scores of the rest with others_above, the share scoring at least that.
    """

    raw: NDArray[np.float64]
    logit: NDArray[np.float64]
    implicated: NDArray[np.float64]
    others: NDArray[np.float64]
    others_above: NDArray[np.float64]
    train_rate: float
    deploy_rate: float
    label_frequency: float


def calibrated(calibration: Calibration, raw: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability of being implicated for each raw score, in the same order."""
    raw = np.ascontiguousarray(raw, np.float64)
    out = np.empty_like(raw)
    _calibrate(calibration.raw, calibration.logit, raw, out)
    return out


def p_values(
    calibration: Calibration, raw: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How unusual each score is among held-out implicated cards and among the others.

    First: the share of implicated cards that score no higher (small: unlike the implicated).
    Second: the share of the others that score no lower (small: unlike the others). Both large means
    the two classes overlap here; both small means nothing like it was seen in training.

    Source: class-conditional (Mondrian) conformal prediction; a marginal one fails the rare class.
    """
    raw = np.asarray(raw, np.float64)
    known = calibration.implicated
    low = (1 + np.searchsorted(known, raw, side="right")) / (len(known) + 1)
    above = np.append(calibration.others_above, 0.0)
    count = len(calibration.others) + 1
    high = above[np.searchsorted(calibration.others, raw, side="left")]
    return low, np.clip(high, 1 / count, 1.0)


def fit_calibration(
    raw: NDArray[np.float64],
    y: NDArray[np.int8],
    weight: NDArray[np.float64],
    *,
    label_frequency: float | None,
    deploy_rate: float | None,
    least_label_frequency: float = 0.3,
) -> Calibration:
    """The calibration learned on held-out cards that stand for `weight` cards each."""
    implicated = y == 1
    slope, offset = platt(raw, implicated, weight)
    knots = _grid(raw)
    bends = _bends(knots, raw, implicated, weight, (slope, offset))
    logit = _increasing(knots, slope * knots + offset + bends, slope)
    frequency = label_frequency or estimate_label_frequency(
        raw, implicated, weight, least=least_label_frequency
    )
    logit = _increasing(knots, logit_of(np.minimum(sigmoid(logit) / frequency, _HIGHEST)), slope)
    # half a card where there is none: nobody can show a rate of zero
    found = max(float(weight[implicated].sum()), 0.5 * float(weight.mean()))
    train_rate = found / float(weight.sum()) / frequency
    rate = deploy_rate or train_rate
    logit = logit + _log_odds(rate) - _log_odds(train_rate)
    others, above = _upper_tail(raw[~implicated], weight[~implicated])
    return Calibration(
        knots, logit, _thinned(raw[implicated]), others, above, train_rate, rate, float(frequency)
    )


def shift_prior(
    p: NDArray[np.float64], train_rate: float, deploy_rate: float
) -> NDArray[np.float64]:
    """The same probabilities where implicated cards make up `deploy_rate` of all, not `train_rate`.

    Example:
        >>> float(shift_prior(np.array([0.5]), 0.5, 0.002).round(6)[0])
        0.002
    """
    return sigmoid(logit_of(p) + _log_odds(deploy_rate) - _log_odds(train_rate))


def estimate_label_frequency(
    scores: NDArray[np.float64],
    implicated: NDArray[np.bool_],
    weight: NDArray[np.float64],
    *,
    least: float,
) -> float:
    """The label frequency P(labelled | implicated), read where the score is surest.

    If the best-scored cards are all implicated, the labelled share among them no longer grows with
    the score: it has reached c. So the cards that hold the first quarter of the labelled are held
    against those that hold the second. On a plateau their common share is c; where it still falls
    by more than a fifth, or under `least`, the unlabelled there may as well be innocent: c cannot
    be told, and 1 (no correction) is the answer. So it is with fewer than 40 labelled cards.
    """
    total = int(implicated.sum())
    if total < 40:
        return 1.0
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(implicated[order])
    quarter, half = np.searchsorted(found, [total // 4, total // 2])
    labelled = np.cumsum((weight * implicated)[order])
    every = np.cumsum(weight[order])
    first = labelled[quarter] / every[quarter]
    second = (labelled[half] - labelled[quarter]) / (every[half] - every[quarter])
    together = float(labelled[half] / every[half])
    return together if second >= 0.8 * first and together >= least else 1.0


def sigmoid(logit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of log-odds, without overflow."""
    small = np.exp(-np.abs(logit))
    return np.where(logit >= 0, 1 / (1 + small), small / (1 + small))


def logit_of(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds of probabilities, kept finite."""
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return np.asarray(np.log(p) - np.log1p(-p), np.float64)


def as_record(calibration: Calibration) -> dict[str, object]:
    """The calibration as plain lists and numbers, for the model's card and its version."""
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in vars(calibration).items()
    }


def from_record(record: Mapping[str, object]) -> Calibration:
    """The calibration that `as_record` wrote.

    Raises: KeyError, TypeError or ValueError if the record is none; the card says where.
    """
    arrays = {
        name: np.array(record[name], np.float64)
        for name in ("raw", "logit", "implicated", "others", "others_above")
    }
    rates = {
        name: float(str(record[name])) for name in ("train_rate", "deploy_rate", "label_frequency")
    }
    return Calibration(**arrays, **rates)  # type: ignore[arg-type]  # two dicts of the right kinds


def _log_odds(rate: float) -> float:
    rate = min(max(rate, 1e-9), 1 - 1e-9)
    return float(np.log(rate / (1 - rate)))


@numba.njit(cache=True, nogil=True)
def _calibrate(
    knots: NDArray[np.float64],
    logit: NDArray[np.float64],
    raw: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Fills `out` from the line through the knots, a tenth as steep beyond both ends.

    Held-out cards said nothing about scores beyond theirs, so a further one is hardly surer.
    """
    last = len(knots) - 1
    for row in range(len(raw)):
        inside = min(max(raw[row], knots[0]), knots[last])
        at = min(max(np.searchsorted(knots, inside, side="right") - 1, 0), last - 1)
        slope = (logit[at + 1] - logit[at]) / (knots[at + 1] - knots[at])
        value = logit[at] + slope * (inside - knots[at]) + 0.1 * slope * (raw[row] - inside)
        small = np.exp(-abs(value))
        out[row] = (1.0 if value >= 0 else small) / (1.0 + small)


def _grid(raw: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = float(raw.min()), float(raw.max())
    if high - low < 1e-6:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, _KNOTS)


def platt(
    raw: NDArray[np.float64], y: NDArray[np.bool_], weight: NDArray[np.float64]
) -> tuple[float, float]:
    """Slope and offset of the line; the slope is drawn toward 1, as trained."""
    if not y.any():
        rate = 0.5 / len(y)
        return 1.0, _log_odds(rate) - float(np.average(raw, weights=weight))
    w = weight * (y.sum() / weight[y].sum())
    rate = float(y.sum() / w.sum())
    aim = np.array([1.0, _log_odds(rate) - float(np.average(raw, weights=w))])
    design = np.column_stack([raw, np.ones_like(raw)])
    slope, offset = drawn_logistic(design, y, w, aim=aim, pull=np.array([1.0, 1e-6]))
    return max(float(slope), 0.05), float(offset)


def _bends(
    knots: NDArray[np.float64],
    raw: NDArray[np.float64],
    y: NDArray[np.bool_],
    weight: NDArray[np.float64],
    line: tuple[float, float],
) -> NDArray[np.float64]:
    """How far the held-out rates lie off the line, by bin of equally many implicated cards.

    Drawn toward the line by 10 imagined cards a bin that lie on it: a bin without a single innocent
    card proves no certainty. Nothing under 2 bins' worth.
    """
    bins = min(int(y.sum()) // _IMPLICATED_A_BEND, 12)
    if bins < 2:
        return np.zeros_like(knots)
    edges = np.quantile(raw[y], np.linspace(0, 1, bins + 1)[1:-1])
    which = np.searchsorted(edges, raw, side="right")
    p = sigmoid(line[0] * raw + line[1])
    count = np.bincount(which, weights=y, minlength=bins)
    seen = np.bincount(which, weights=weight * y, minlength=bins)
    said = np.bincount(which, weights=weight * p, minlength=bins)
    all_of = np.bincount(which, weights=weight, minlength=bins)
    held = count > 0  # of many equal scores, one bin takes all and its neighbours stay empty
    if held.sum() < 2:
        return np.zeros_like(knots)
    imagined = _IMAGINED * weight.mean()
    line_rate = said[held] / all_of[held]
    rate = (seen[held] + imagined * line_rate) / (all_of[held] + imagined)
    off = logit_of(rate) - logit_of(line_rate)
    centre = (np.bincount(which, weights=raw * y, minlength=bins) / np.maximum(count, 1))[held]
    return np.asarray(np.interp(knots, centre, off), np.float64)


def _increasing(
    knots: NDArray[np.float64], logit: NDArray[np.float64], slope: float
) -> NDArray[np.float64]:
    """The logits lifted just as far as a strictly increasing map needs."""
    tilt = _LEAST_SLOPE * slope * (knots - knots[0])
    return np.asarray(np.maximum.accumulate(logit - tilt) + tilt, np.float64)


def _thinned(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    scores = np.sort(scores)
    if len(scores) <= _TAIL_POINTS:
        return scores
    return scores[np.linspace(0, len(scores) - 1, _TAIL_POINTS).astype(np.int64)]


def _upper_tail(
    scores: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points of the others' scores, dense at the top, and the share of the others at or above each."""
    if len(scores) == 0:
        return np.zeros(1), np.ones(1)
    order = np.argsort(scores, kind="stable")
    above = np.cumsum(weight[order][::-1])[::-1] / weight.sum()
    ranks = len(scores) - np.unique(np.geomspace(1, len(scores), _TAIL_POINTS).astype(np.int64))
    picked = np.sort(ranks)
    return scores[order][picked], above[picked]
