"""How far to trust the user's own labels against the model that came with the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duanka.models.calibrate import sigmoid

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DOUBT = 4.0
"""How many implicated cards of evidence it takes to move away from the prior, per unit of spread."""


def blend(
    own: NDArray[np.float64],
    prior: NDArray[np.float64],
    y: NDArray[np.int8],
    weight: NDArray[np.float64],
) -> tuple[float, float]:
    """Weights of own and prior raw score, neither negative, from held-out cards.

    A logistic regression of the label on both scores, drawn toward (own 0, prior 1): a penalty of
    a few imagined implicated cards, so that few labels leave the prior in charge and many do not.
    """
    implicated = y == 1
    if implicated.sum() < 5:
        return 0.0, 1.0
    # one unit of weight = one implicated card, so that a million others add no confidence
    w = weight * (implicated.sum() / weight[implicated].sum())
    spread = np.array([_spread(own, w), _spread(prior, w)])
    both = np.column_stack([own, prior]) / spread
    target = np.array([0.0, 1.0]) * spread
    for used in ((True, True), (False, True), (True, False)):
        beta = _drawn_logistic(both, implicated, w, target, np.array(used))
        if (beta >= 0).all():
            break
    beta = np.maximum(beta, 0.0) / spread
    return (float(beta[0]), float(beta[1])) if beta.sum() > 0 else (0.0, 1.0)


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
    """Coefficients (without the intercept) by damped Newton steps; unused ones stay 0."""
    design = np.column_stack([scores * used, np.ones(len(scores))])
    pull = np.append(np.where(used, _DOUBT, 1.0), 1e-6)
    aim = np.append(np.where(used, target, 0.0), 0.0)
    rate = float(weight[implicated].sum() / weight.sum())
    beta = aim.copy()
    beta[2] = np.log(rate / (1 - rate)) - np.average(scores @ beta[:2], weights=weight)
    for _ in range(100):
        p = sigmoid(design @ beta)
        gradient = design.T @ (weight * (p - implicated)) + pull * (beta - aim)
        curve = (design * (weight * p * (1 - p))[:, None]).T @ design + np.diag(pull)
        step = np.linalg.solve(curve, gradient)
        beta = beta - step * min(1.0, 1.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-10:
            break
    return beta[:2]
