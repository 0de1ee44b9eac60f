"""How far to trust the user's own labels against the model that came with the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duanka.models.logistic import drawn_logistic

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DOUBT = 4.0
"""How many implicated cards of evidence it takes to move away from the prior, per unit of spread."""
_AS_GOOD = 20.0
"""So many implicated cards teach a model that deserves as much say as one of many towns."""
_MOST = 0.6
"""The share of the own score among the two that is taken for right before anything is checked."""
_CHECKS = 40.0
"""So many held-out implicated cards say as much about the two as their numbers do beforehand."""


def deserved(taught: float) -> float:
    """The share of the say that a model deserves beside the prior, by how many implicated cards taught it.

    Example:
        >>> deserved(20.0), deserved(180.0)
        (0.5, 0.9)
    """
    return taught / (taught + _AS_GOOD)


def blend(
    own: NDArray[np.float64],
    prior: NDArray[np.float64],
    y: NDArray[np.int8],
    weight: NDArray[np.float64],
    *,
    taught: float,
) -> tuple[float, float]:
    """Weights of own and prior raw score, neither negative, from held-out cards.

    A logistic regression of the label on both scores, drawn toward (own 0, prior 1): a penalty of
    a few imagined implicated cards, so that few labels leave the prior in charge and many do not.
    A handful of held-out cards, of one ring or two, says little of either score, so the share that it
    gives to the own is drawn toward what the number of implicated cards `taught` to it deserves.
    """
    implicated = y == 1
    if implicated.sum() < 5:
        return 0.0, 1.0
    checked = float(weight[implicated].sum())
    # one unit of weight = one implicated card, so that a million others add no confidence
    w = weight * (implicated.sum() / weight[implicated].sum())
    spread = np.array([_spread(own, w), _spread(prior, w)])
    both = np.column_stack([own, prior]) / spread
    target = np.array([0.0, 1.0]) * spread
    beta = _drawn_logistic(both, implicated, w, target, np.array([True, True]))
    if (beta < 0).any():
        # a score that speaks against the truth beside the other is left out, not turned round
        beta = _drawn_logistic(both, implicated, w, target, beta >= 0)
    beta = np.maximum(beta, 0.0)
    if beta.sum() <= 0:
        return 0.0, 1.0
    if checked >= _CHECKS and beta.min() == 0:
        return float(beta[0] / spread[0]), float(beta[1] / spread[1])
    share = (checked * beta[0] / beta.sum() + _CHECKS * min(deserved(taught), _MOST)) / (
        checked + _CHECKS
    )
    own_weight, prior_weight = beta.sum() * np.array([share, 1 - share]) / spread
    return float(own_weight), float(prior_weight)


def _spread(scores: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    mean = np.average(scores, weights=weight)
    return float(np.sqrt(np.average((scores - mean) ** 2, weights=weight))) or 1.0


def _drawn_logistic(
    scores: NDArray[np.float64],
    implicated: NDArray[np.bool_],
    weight: NDArray[np.float64],
    target: NDArray[np.float64],
    used: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """The two coefficients, without the intercept; unused ones stay 0."""
    rate = float(weight[implicated].sum() / weight.sum())
    aim = np.where(used, target, 0.0)
    level = np.log(rate / (1 - rate)) - np.average(scores @ aim, weights=weight)
    return drawn_logistic(
        np.column_stack([scores * used, np.ones(len(scores))]),
        implicated,
        weight,
        aim=np.append(aim, level),
        pull=np.append(np.where(used, _DOUBT, 1.0), 1e-6),
    )[:2]
