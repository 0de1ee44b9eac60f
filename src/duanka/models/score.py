"""Scores by our own kernel: one row or a million, the same arithmetic, without LightGBM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

from duanka.errors import BadInput
from duanka.models.calibrate import calibrated, logit_of, sigmoid
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
    own = calibrated(model.calibration, raw_scores(model, X))
    if model.beside is None:
        return own
    other = score(model.beside, X)
    return sigmoid(model.say * logit_of(own) + (1 - model.say) * logit_of(other))


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
    if forest.zero_special:
        _general(X, forest, out)
    elif len(X) < _LANES:
        _few_rows(X, forest, out)
    else:
        _many_rows(X, forest, out)
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
def turn_of(x: np.float32, threshold: np.float32) -> np.uint32:
    """0 for left and 1 for right, without a branch; NaN goes right."""
    return np.uint32(not (x <= threshold))


@numba.njit(cache=True, nogil=True)
def _few_rows(X: NDArray[np.float32], forest: Forest, out: NDArray[np.float64]) -> None:
    """One row at a time, sixteen trees abreast: no step waits for the one before it."""
    rows, width = X.shape
    trees = len(forest.depth)
    value = np.empty(2 * width, np.float32)
    node = np.empty(_LANES, np.uint32)
    for row in range(rows):
        for column in range(width):
            lay_value(X[row, column], value, np.uint32(2 * column), np.uint32(2 * column + 1))
        total = 0.0
        for first in range(0, trees, _LANES):
            count = min(_LANES, trees - first)
            steps = 0
            for lane in range(count):
                node[lane] = forest.start[first + lane]
                steps = max(steps, forest.depth[first + lane])
            for _ in range(steps):
                for lane in range(count):
                    at = node[lane]
                    slot = 2 * forest.feature[at] + (forest.flags[at] & NAN_LEFT)
                    turn = turn_of(value[slot], forest.threshold[at])
                    node[lane] = forest.child[(at << np.uint32(1)) + turn]
            for lane in range(count):
                total += forest.value[node[lane]]
        out[row] = total


@numba.njit(cache=True, nogil=True)
def _many_rows(X: NDArray[np.float32], forest: Forest, out: NDArray[np.float64]) -> None:
    """Sixteen rows abreast down each tree; a leaf leads to itself, so all take the longest path."""
    rows, width = X.shape
    value = np.empty(2 * width * _LANES, np.float32)
    node = np.empty(_LANES, np.uint32)
    total = np.empty(_LANES, np.float64)
    slots = np.empty(len(forest.feature), np.uint32)
    for at in range(len(slots)):
        slots[at] = (2 * forest.feature[at] + (forest.flags[at] & NAN_LEFT)) * _LANES
    for first in range(0, rows, _LANES):
        count = min(_LANES, rows - first)
        for lane in range(_LANES):
            row = first + min(lane, count - 1)
            total[lane] = 0.0
            for column in range(width):
                here = np.uint32(2 * column * _LANES + lane)
                lay_value(X[row, column], value, here, here + np.uint32(_LANES))
        for tree in range(len(forest.depth)):
            for lane in range(_LANES):
                node[lane] = forest.start[tree]
            for _ in range(forest.depth[tree]):
                for lane in range(_LANES):
                    at = node[lane]
                    turn = turn_of(value[slots[at] + np.uint32(lane)], forest.threshold[at])
                    node[lane] = forest.child[(at << np.uint32(1)) + turn]
            for lane in range(_LANES):
                total[lane] += forest.value[node[lane]]
        for lane in range(count):
            out[first + lane] = total[lane]


@numba.njit(cache=True, nogil=True)
def lay_value(x: np.float32, value: NDArray[np.float32], right: np.uint32, left: np.uint32) -> None:
    """Writes a value twice, as nodes see it that send missing values right, and left.

    A node then needs one comparison and no question about missing values: NaN fails `<=` and goes
    right; in the other copy it stands as -inf, which is never above a threshold.
    """
    if abs(x) <= ZERO_BAND:
        x = np.float32(0)
    value[right] = x
    value[left] = np.float32(-np.inf) if np.isnan(x) else x
