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

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.models.credit import Credit
    from duanka.models.model import Model
    from duanka.models.trees import Forest

_NEAR = 16


@dataclass(frozen=True, slots=True)
class Looked:
    """Rows that a model has looked at.

    Shapes: X (rows, features); turned (rows, trees), the answers to a small tree's questions, a bit each;
        scores (rows,), calibrated.
    """

    X: NDArray[np.float32]
    turned: NDArray[np.uint32]
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
    turned = np.zeros((len(X), len(credit.tabled)), np.uint32)
    _ask(X, forest, credit, turned)
    if credit.tabled.all():
        raw = np.zeros(len(X))
        _add_up(turned, credit, raw)
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
    _look_up(looked.turned[rows], credit, out)
    for tree in np.flatnonzero(~credit.tabled).tolist():
        by_leaves(X, model.forest, tree, out)
    return out


@numba.njit(cache=True, nogil=True)
def _ask(
    X: NDArray[np.float32], forest: Forest, credit: Credit, turned: NDArray[np.uint32]
) -> None:
    """Fills `turned`, without a branch; unsigned places, since numba looks twice at others."""
    value = np.empty(2 * X.shape[1], np.float32)
    for row in range(len(X)):
        for column in range(X.shape[1]):
            lay_value(X[row, column], value, np.uint32(2 * column), np.uint32(2 * column + 1))
        for tree in range(turned.shape[1]):
            bits = np.uint32(0)
            if credit.tabled[tree]:
                first = np.uint32(forest.start[tree])
                for k in range((np.uint32(forest.start[tree + 1]) - first) // np.uint32(2)):
                    at = first + np.uint32(k)
                    bits |= turn_of(value[credit.slot[at]], forest.threshold[at]) << np.uint32(k)
            turned[row, tree] = bits


@numba.njit(cache=True, nogil=True)
def _add_up(turned: NDArray[np.uint32], credit: Credit, out: NDArray[np.float64]) -> None:
    """Adds the trees' outputs in their order."""
    for tree in range(turned.shape[1]):
        first = credit.outcome[tree]
        for row in range(turned.shape[0]):
            out[row] += credit.output[first + turned[row, tree]]


@numba.njit(cache=True, nogil=True)
def _look_up(turned: NDArray[np.uint32], credit: Credit, out: NDArray[np.float64]) -> None:
    """Adds what the tables say of the answers: a tree's table for some rows, while it is near."""
    for begin in range(0, turned.shape[0], _NEAR):
        end = min(begin + _NEAR, turned.shape[0])
        for tree in range(turned.shape[1]):
            column = credit.column[tree]
            width = credit.column[tree + 1] - column
            for row in range(begin, end):
                entry = credit.begin[tree] + np.uint64(turned[row, tree]) * np.uint64(width)
                for at in range(width):
                    here = np.uint32(at)
                    out[row, credit.feature[column + here]] += credit.share[entry + np.uint64(here)]
