"""Scores by our own kernel: one row or a million, the same arithmetic, without LightGBM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

from duanka.errors import BadInput
from duanka.models.calibrate import calibrated
from duanka.models.trees import NAN_LEFT, ZERO_BAND, ZERO_LEFT, ZERO_SPECIAL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.models.model import Model
    from duanka.models.trees import Forest

_LANES = 16


def score(model: Model, X: NDArray[np.float32]) -> NDArray[np.float64]:
    """The calibrated probability of being implicated of each row.

    Shapes: X (rows, features) in the model's order; NaN is a missing value.
    """
    return calibrated(model.calibration, raw_scores(model, X))


def score_one(model: Model, x: NDArray[np.float32]) -> float:
    """The calibrated probability of one row, equal to what `score` gives for it."""
    return float(score(model, np.asarray(x, np.float32).reshape(1, -1))[0])


def raw_scores(model: Model, X: NDArray[np.float32]) -> NDArray[np.float64]:
    """The log-odds before calibration, as the trees add up."""
    return model.intercept + forest_scores(model.forest, X)


def forest_scores(forest: Forest, X: NDArray[np.float32]) -> NDArray[np.float64]:
    """The sum of the trees for each row, equal to `Booster.predict(X, raw_score=True)`.

    Raises: BadInput if the columns are not the forest's.
    """
    X = np.ascontiguousarray(X, np.float32)
    if X.ndim != 2 or X.shape[1] != forest.feature_count:
        raise BadInput(
            f"the feature table has shape {X.shape}; the model expects {forest.feature_count} columns"
        )
    out = np.zeros(len(X))
    kernel = _general if forest.zero_special or len(X) < _LANES else _lanes
    kernel(X, forest, out)
    return out


@numba.njit(cache=True, nogil=True)
def goes_right(x: float, threshold: float, flags: int) -> bool:
    """Which child a value takes; the one place where a split is decided row by row."""
    if abs(x) <= ZERO_BAND:
        if flags & ZERO_SPECIAL:
            return not flags & ZERO_LEFT
        return threshold < 0
    if x != x:  # noqa: PLR0124  # NaN is the only value unlike itself
        return not flags & NAN_LEFT
    return x > threshold


@numba.njit(cache=True, nogil=True)
def _general(X: NDArray[np.float32], forest: Forest, out: NDArray[np.float64]) -> None:
    for row in range(len(X)):
        total = 0.0
        for tree in range(len(forest.depth)):
            node = forest.start[tree]
            for _ in range(forest.depth[tree]):
                x = X[row, forest.feature[node]]
                after = forest.child[
                    2 * node + int(goes_right(x, forest.threshold[node], forest.flags[node]))
                ]
                if after == node:
                    break
                node = after
            total += forest.value[node]
        out[row] = total


@numba.njit(cache=True, nogil=True)
def _lanes(X: NDArray[np.float32], forest: Forest, out: NDArray[np.float64]) -> None:
    rows, width = X.shape
    block = np.empty(width * _LANES, np.float32)
    node = np.empty(_LANES, np.int32)
    total = np.empty(_LANES, np.float64)
    for first in range(0, rows, _LANES):
        count = min(_LANES, rows - first)
        for lane in range(_LANES):
            row = first + min(lane, count - 1)
            total[lane] = 0.0
            for column in range(width):
                x = X[row, column]
                block[column * _LANES + lane] = np.float32(0) if abs(x) <= ZERO_BAND else x
        for tree in range(len(forest.depth)):
            for lane in range(_LANES):
                node[lane] = forest.start[tree]
            # a leaf leads to itself, so every lane may take the longest path without a branch
            for _ in range(forest.depth[tree]):
                for lane in range(_LANES):
                    at = node[lane]
                    x = block[forest.feature[at] * _LANES + lane]
                    right = (x > forest.threshold[at]) | (
                        np.isnan(x) & (forest.flags[at] & NAN_LEFT == 0)
                    )
                    node[lane] = forest.child[2 * at + np.int32(right)]
            for lane in range(_LANES):
                total[lane] += forest.value[node[lane]]
        for lane in range(count):
            out[first + lane] = total[lane]
