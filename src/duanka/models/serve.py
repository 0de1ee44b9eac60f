"""Scores and what moved them, from the tables of a model's small trees: for few rows, again and again.

The same values as `score` and `explain` give, to the bit: a tree's questions are asked once, and its
output and its contributions are looked up under the answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba
import numpy as np

from duanka.errors import BadInput
from duanka.models.calibrate import calibrated
from duanka.models.credit import by_leaves
from duanka.models.score import forest_scores, lay_value, turn_of
from duanka.models.trees import ZERO_BAND

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.models.model import Model

    Asked = tuple[
        NDArray[np.int32],
        NDArray[np.float32],
        NDArray[np.uint32],
        NDArray[np.uint32],
        NDArray[np.float64],
    ]
    Shared = tuple[NDArray[np.uint32], NDArray[np.uint64], NDArray[np.uint32], NDArray[np.float64]]

_NEAR = 16
_ABREAST = 64
"""Rows that are asked one question together, so that a processor compares many at once."""
_TOGETHER = 16
"""From so many rows on a whole block of them costs no more than one row after the other."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Rows that a model has looked at.

    Shapes: X (rows, features); turned (trees, rows), the answers to a small tree's questions, a bit each;
        scores (rows,), calibrated.
    """

    X: NDArray[np.float32]
    turned: NDArray[np.uint8]
    scores: NDArray[np.float64]


def look(model: Model, X: NDArray[np.float32]) -> Looked:
    """What the model makes of each row.

    Raises: BadInput if the columns are not the model's.
    """
    X, forest, credit = np.ascontiguousarray(X, np.float32), model.forest, model.credit
    if X.ndim != 2 or X.shape[1] != forest.feature_count:
        raise BadInput(
            f"the feature table has shape {X.shape}; the model expects {forest.feature_count} columns"
        )
    turned, raw = np.zeros((len(credit.tabled), len(X)), np.uint8), np.zeros(len(X))
    # few arrays, since each one costs a call as much as a dozen trees
    asked = (forest.start, forest.threshold, credit.slot, credit.outcome, credit.output)
    whole = bool(credit.tabled.all())
    if whole and len(X) >= _TOGETHER:
        _ask_abreast(X, asked, turned, raw)
    else:
        _ask(X, asked, credit.tabled, turned)
        if whole:
            _add_up(turned, asked, raw)
        else:
            raw = forest_scores(forest, X)
    return Looked(X, turned, calibrated(model.calibration, model.intercept + raw))


def contributions(
    model: Model, looked: Looked, rows: NDArray[np.intp] | slice = slice(None)
) -> NDArray[np.float64]:
    """The contribution of every feature to the raw score of some of the rows; see `explain.contributions`.

    Shapes: rows: their numbers; (rows, features). A row's are the same whatever rows stand beside it.
    """
    X, credit = looked.X[rows], model.credit
    out = np.zeros(X.shape)
    shared = (credit.column, credit.begin, credit.feature, credit.share)
    _look_up(np.ascontiguousarray(looked.turned[:, rows]), shared, out)
    for tree in np.flatnonzero(~credit.tabled).tolist():
        by_leaves(X, model.forest, tree, out)
    return out


@numba.njit(cache=True, nogil=True)
def _ask(
    X: NDArray[np.float32], asked: Asked, tabled: NDArray[np.bool_], turned: NDArray[np.uint8]
) -> None:
    """Fills `turned`, without a branch; unsigned places, since numba looks twice at others."""
    start, threshold, slot, _, _ = asked
    value = np.empty(2 * X.shape[1], np.float32)
    for row in range(len(X)):
        for column in range(X.shape[1]):
            lay_value(X[row, column], value, np.uint32(2 * column), np.uint32(2 * column + 1))
        for tree in range(turned.shape[0]):
            bits = np.uint32(0)
            if tabled[tree]:
                first = np.uint32(start[tree])
                for k in range((np.uint32(start[tree + 1]) - first) // np.uint32(2)):
                    at = first + np.uint32(k)
                    bits |= turn_of(value[slot[at]], threshold[at]) << np.uint32(k)
            turned[tree, row] = bits


@numba.njit(cache=True, nogil=True)
def _add_up(turned: NDArray[np.uint8], asked: Asked, out: NDArray[np.float64]) -> None:
    """Adds the trees' outputs in their order."""
    _, _, _, outcome, output = asked
    for tree in range(turned.shape[0]):
        first = outcome[tree]
        for row in range(turned.shape[1]):
            out[row] += output[first + turned[tree, row]]


@numba.njit(cache=True, nogil=True)
def _ask_abreast(
    X: NDArray[np.float32], asked: Asked, turned: NDArray[np.uint8], out: NDArray[np.float64]
) -> None:
    """As `_ask` and `_add_up`, sixty-four rows abreast: each question is one comparison of many values."""
    start, threshold, slot, outcome, output = asked
    value = np.zeros((2 * X.shape[1], _ABREAST), np.float32)
    bits = np.zeros(_ABREAST, np.uint32)
    for begin in range(0, len(X), _ABREAST):
        count = min(_ABREAST, len(X) - begin)
        for lane in range(count):
            _lay_lane(X[begin + lane], value, lane)
        for tree in range(turned.shape[0]):
            for lane in range(_ABREAST):
                bits[lane] = 0
            first = start[tree]
            for k in range((start[tree + 1] - first) // 2):
                at = first + k
                _turn(value[slot[at]], threshold[at], np.uint32(1 << k), bits)
            for lane in range(count):
                turned[tree, begin + lane] = bits[lane]
                out[begin + lane] += output[outcome[tree] + bits[lane]]


@numba.njit(cache=True, nogil=True)
def _lay_lane(x: NDArray[np.float32], value: NDArray[np.float32], lane: int) -> None:
    """As `score.lay_value`, in a shape that compiles without a branch."""
    for column in range(x.size):
        here = np.float32(0) if abs(x[column]) <= ZERO_BAND else x[column]
        value[2 * column, lane] = here
        value[2 * column + 1, lane] = np.float32(-np.inf) if np.isnan(here) else here


@numba.njit(cache=True, nogil=True)
def _turn(
    value: NDArray[np.float32], threshold: np.float32, bit: np.uint32, bits: NDArray[np.uint32]
) -> None:
    """The bit in every lane whose value goes right, as `score.turn_of` says."""
    for lane in range(_ABREAST):
        bits[lane] |= bit * np.uint32(not (value[lane] <= threshold))


@numba.njit(cache=True, nogil=True)
def _look_up(turned: NDArray[np.uint8], shared: Shared, out: NDArray[np.float64]) -> None:
    """Adds what the tables say of the answers: a tree's table for some rows, while it is near."""
    columns, begins, feature, share = shared
    for begin in range(0, turned.shape[1], _NEAR):
        end = min(begin + _NEAR, turned.shape[1])
        for tree in range(turned.shape[0]):
            column = columns[tree]
            width = columns[tree + 1] - column
            for row in range(begin, end):
                entry = begins[tree] + np.uint64(turned[tree, row]) * np.uint64(width)
                for at in range(width):
                    here = np.uint32(at)
                    out[row, feature[column + here]] += share[entry + np.uint64(here)]
