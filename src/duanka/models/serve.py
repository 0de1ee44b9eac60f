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
from duanka.models.questions import ask
from duanka.models.score import forest_scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.models.model import Model
    from duanka.models.questions import Questions

    Told = tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.int32], NDArray[np.float64]]
    Shared = tuple[NDArray[np.uint32], NDArray[np.uint64], NDArray[np.uint32], NDArray[np.float64]]

_NEAR = 16
_ABREAST = 4
"""Rows whose sums are made side by side, since a sum waits for its last addition."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Rows that a model has looked at.

    Shapes: X (rows, features); turned (rows, trees), the answers to a small tree's questions, a bit each;
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
    turned, raw = np.empty((len(X), len(credit.tabled)), np.uint8), np.empty(len(X))
    if model.is_tabled:
        # few arrays, since each one costs a call as much as a dozen trees
        _look(
            X,
            model.questions,
            (credit.outcome, credit.leaf, forest.start, forest.value),
            turned,
            raw,
        )
    else:
        ask(X, model.questions, turned)
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
    _look_up(np.ascontiguousarray(looked.turned[rows]), shared, out)
    for tree in np.flatnonzero(~credit.tabled).tolist():
        by_leaves(X, model.forest, tree, out)
    return out


@numba.njit(cache=True, nogil=True)
def _look(
    X: NDArray[np.float32],
    questions: Questions,
    told: Told,
    turned: NDArray[np.uint8],
    out: NDArray[np.float64],
) -> None:
    """Fills both: the answers, and the sum of the trees' outputs in their order."""
    ask(X, questions, turned)
    outcome, leaf, start, value = told
    for first in range(0, len(X), _ABREAST):
        rows = min(_ABREAST, len(X) - first)
        a, b, c, d = first, first + (rows > 1), first + 2 * (rows > 2), first + 3 * (rows > 3)
        one, two, three, four = 0.0, 0.0, 0.0, 0.0
        for tree in range(turned.shape[1]):
            place, begin = outcome[tree], np.uint32(start[tree])
            leaves = begin + (np.uint32(start[tree + 1]) - begin) // np.uint32(2)
            one += value[leaves + leaf[place + turned[a, tree]]]
            two += value[leaves + leaf[place + turned[b, tree]]]
            three += value[leaves + leaf[place + turned[c, tree]]]
            four += value[leaves + leaf[place + turned[d, tree]]]
        out[d], out[c], out[b], out[a] = four, three, two, one


@numba.njit(cache=True, nogil=True)
def _look_up(turned: NDArray[np.uint8], shared: Shared, out: NDArray[np.float64]) -> None:
    """Adds what the tables say of the answers: a tree's table for some rows, while it is near."""
    columns, begins, feature, share = shared
    for begin in range(0, turned.shape[0], _NEAR):
        end = min(begin + _NEAR, turned.shape[0])
        for tree in range(turned.shape[1]):
            column = columns[tree]
            width = columns[tree + 1] - column
            for row in range(begin, end):
                entry = begins[tree] + np.uint64(turned[row, tree]) * np.uint64(width)
                for at in range(width):
                    here = np.uint32(at)
                    out[row, feature[column + here]] += share[entry + np.uint64(here)]
