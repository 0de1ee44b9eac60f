"""A small weighted logistic regression that is drawn toward a stated answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STEPS = 60
_CLOSE = 1e-10


def drawn_logistic(
    design: NDArray[np.float64],
    y: NDArray[np.bool_],
    weight: NDArray[np.float64],
    *,
    aim: NDArray[np.float64],
    pull: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The coefficients that explain `y` best, where moving away from `aim` costs `pull`.

    Minimises weighted log loss + ½ Σ pull (β − aim)² by Newton steps, halved until they help, so it
    ends at the one minimum from wherever it starts.

    Shapes: design (rows, k), y and weight (rows,), aim, pull and the answer (k,).
    """
    beta = aim.astype(np.float64)
    loss = _loss(beta, design, y, weight, aim, pull)
    for _ in range(_STEPS):
        logit = np.clip(design @ beta, -500, 500)
        p = 1 / (1 + np.exp(-logit))
        gradient = design.T @ (weight * (p - y)) + pull * (beta - aim)
        curve = (design * (weight * p * (1 - p))[:, None]).T @ design + np.diag(pull)
        step = np.linalg.solve(curve, gradient)
        size = 1.0
        while size > _CLOSE and _loss(beta - size * step, design, y, weight, aim, pull) > loss:
            size /= 2
        beta = beta - size * step
        before, loss = loss, _loss(beta, design, y, weight, aim, pull)
        if before - loss <= _CLOSE * abs(before):
            break
    return beta


def _loss(  # noqa: PLR0917  # the six terms of one formula
    beta: NDArray[np.float64],
    design: NDArray[np.float64],
    y: NDArray[np.bool_],
    weight: NDArray[np.float64],
    aim: NDArray[np.float64],
    pull: NDArray[np.float64],
) -> float:
    logit = design @ beta
    surprise = np.logaddexp(0.0, np.where(y, -logit, logit))
    return float(weight @ surprise + 0.5 * pull @ (beta - aim) ** 2)
