"""Which features moved a score and how far, and which independent families of signals agree.

Contributions are Shapley values of the trees (path-dependent, over the training rows that passed
each node), in log-odds of the raw score. They add up: base + contributions = raw score. Own parts
and prior parts of a blended model count with their weights in the blend.

Source: Lundberg et al. 2020; the table over the path's features is Yang's Fast TreeSHAP v2 (2021).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np

from duanka.errors import BadInput
from duanka.models.score import goes_right

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from duanka.models.model import Model
    from duanka.models.trees import Forest

_TABLED = 8
"""Paths with more distinct features than this are worked out row by row."""


class _Path(NamedTuple):
    """The way from a leaf up to its root, in arrays that the kernel fills again for each leaf.

    Shapes: size (2,): how many distinct features and how many turns; feature, zero (features,): which,
        and the share of training rows that stay on the path at its splits; turns (turns, 3): node,
        side taken, place in `feature`; poly: room to multiply out.
    """

    size: NDArray[np.int64]
    feature: NDArray[np.int32]
    zero: NDArray[np.float64]
    turns: NDArray[np.int32]
    poly: NDArray[np.float64]


@dataclass(frozen=True)
class Families:
    """How much each signal family pushes each card up, and whether that counts.

    Shapes: push, counted (rows, families), in the order of `names`.
    Units: push is the sum of the family's positive contributions, in log-odds.
    """

    names: tuple[str, ...]
    push: NDArray[np.float64]
    counted: NDArray[np.bool_]


def contributions(model: Model, X: NDArray[np.float32]) -> tuple[NDArray[np.float64], float]:
    """The contribution of every feature to every row's raw score, and the base they start from.

    Shapes: (rows, features). base + the row's sum = the raw score.
    """
    forest = model.forest
    X = np.ascontiguousarray(X, np.float32)
    if X.ndim != 2 or X.shape[1] != forest.feature_count:
        raise BadInput(
            f"the feature table has shape {X.shape}; the model expects {forest.feature_count} columns"
        )
    out = np.zeros(X.shape, np.float64)
    base = _shapley(X, forest, out)
    return out, model.intercept + float(base)


def reasons(
    model: Model, X: NDArray[np.float32], *, top: int = 6
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The features that raised each score most, strongest first; -1 and 0 where fewer raised it.

    Shapes: (rows, top) indices into the model's names, and their contributions in log-odds.
    """
    return strongest(contributions(model, X)[0], top=top)


def strongest(
    contribution: NDArray[np.float64], *, top: int = 6
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """As `reasons`, from contributions already at hand; equal ones in catalogue order."""
    top = min(top, contribution.shape[1])
    order = np.argsort(-contribution, axis=1, kind="stable")[:, :top].astype(np.int32)
    amount = np.take_along_axis(contribution, order, axis=1)
    raised = amount > 0
    return np.where(raised, order, np.int32(-1)), np.where(raised, amount, 0.0)


def families(
    model: Model,
    X: NDArray[np.float32],
    family_of: Sequence[str],
    *,
    at_least: float,
    least_share: float = 0.05,
) -> Families:
    """Which signal families push each card up materially; a tier above normal needs two.

    Units: see `counted_families`.
    """
    return counted_families(
        contributions(model, X)[0], family_of, at_least=at_least, least_share=least_share
    )


def counted_families(
    contribution: NDArray[np.float64],
    family_of: Sequence[str],
    *,
    at_least: float,
    least_share: float = 0.05,
) -> Families:
    """As `families`, from contributions already at hand.

    A family counts when its positive contributions reach `at_least` log-odds and `least_share` of
    all positive contributions of the card, and its contributions together do raise the score: a
    family that speaks for the card more than against it is no ground for a measure.
    """
    if len(family_of) != contribution.shape[1]:
        raise BadInput(f"{len(family_of)} families are given for {contribution.shape[1]} features")
    names = tuple(sorted(set(family_of)))
    member = np.zeros((len(family_of), len(names)))
    member[np.arange(len(family_of)), [names.index(name) for name in family_of]] = 1.0
    push = np.maximum(contribution, 0.0) @ member
    together = contribution @ member
    share = push / np.maximum(push.sum(axis=1, keepdims=True), 1e-300)
    return Families(names, push, (push >= at_least) & (share >= least_share) & (together > 0))


@numba.njit(cache=True, nogil=True)
def _weigh(ones: int, path: _Path, value: float, out: NDArray[np.float64]) -> None:
    """The Shapley value of each path feature of a leaf, given which of them the row satisfies."""
    poly = path.poly
    slots = path.size[0]
    for i in range(slots):
        poly[0] = 1.0
        size = 1
        for j in range(slots):
            if j == i:
                continue
            keep = (ones >> j) & 1
            poly[size] = 0.0
            for k in range(size, 0, -1):
                poly[k] = poly[k] * path.zero[j] + poly[k - 1] * keep
            poly[0] *= path.zero[j]
            size += 1
        total = 0.0
        share = 1.0 / slots  # k! (slots - 1 - k)! / slots!
        for k in range(slots):
            total += poly[k] * share
            share *= (k + 1) / max(slots - 1 - k, 1)
        out[i] = total * (((ones >> i) & 1) - path.zero[i]) * value


@numba.njit(cache=True, nogil=True)
def _walk_up(forest: Forest, leaf: int, first: int, parent: NDArray[np.int32], path: _Path) -> None:
    """Fills `path` with the way from a leaf to its root: distinct features, shares, turns."""
    slots = 0
    turns = 0
    node = leaf
    while parent[node - first] >= 0:
        above = parent[node - first]
        slot = 0
        while slot < slots and path.feature[slot] != forest.feature[above]:
            slot += 1
        if slot == slots:
            path.feature[slot] = forest.feature[above]
            path.zero[slot] = 1.0
            slots += 1
        path.zero[slot] *= forest.cover[node] / forest.cover[above]
        path.turns[turns, 0] = above - first
        path.turns[turns, 1] = int(forest.child[2 * above + 1] == node)
        path.turns[turns, 2] = slot
        turns += 1
        node = above
    path.size[0] = slots
    path.size[1] = turns


@numba.njit(cache=True, nogil=True)
def _parents(forest: Forest, first: int, last: int) -> NDArray[np.int32]:
    parent = np.full(last - first, -1, np.int32)
    for node in range(first, last):
        for side in range(2):
            below = forest.child[2 * node + side]
            if below != node:
                parent[below - first] = node
    return parent


@numba.njit(cache=True, nogil=True)
def _shapley(X: NDArray[np.float32], forest: Forest, out: NDArray[np.float64]) -> float:
    """Adds every tree's contributions to `out`; returns the expected raw score of a training row."""
    base = 0.0
    for tree in range(len(forest.start) - 1):
        first, last = forest.start[tree], forest.start[tree + 1]
        parent = _parents(forest, first, last)
        inner = (last - first) // 2
        turned = np.empty((inner, len(X)), np.uint8)
        for k in range(inner):
            node = first + k
            for row in range(len(X)):
                x = X[row, forest.feature[node]]
                turned[k, row] = goes_right(x, forest.threshold[node], forest.flags[node])
        path = _Path(
            np.zeros(2, np.int64),
            np.empty(inner + 1, np.int32),
            np.empty(inner + 1),
            np.empty((inner + 1, 3), np.int32),
            np.empty(inner + 2),
        )
        for leaf in range(first + inner, last):
            _walk_up(forest, leaf, first, parent, path)
            weight = forest.value[leaf]
            for slot in range(path.size[0]):
                weight *= path.zero[slot]
            base += weight
            _add_leaf(turned, path, forest.value[leaf], out)
    return base


@numba.njit(cache=True, nogil=True)
def _add_leaf(
    turned: NDArray[np.uint8], path: _Path, value: float, out: NDArray[np.float64]
) -> None:
    slots, turns = path.size[0], path.size[1]
    every = (np.int64(1) << slots) - 1
    tabled = slots <= _TABLED
    table = np.empty((every + 1 if tabled else 1, max(slots, 1)))
    if tabled:
        for ones in range(every + 1):
            _weigh(ones, path, value, table[ones])
    for row in range(turned.shape[1]):
        ones = every
        for turn in range(turns):
            wrong = np.int64(turned[path.turns[turn, 0], row] != path.turns[turn, 1])
            ones &= ~(wrong << path.turns[turn, 2])
        entry = ones
        if not tabled:
            _weigh(ones, path, value, table[0])
            entry = 0
        for slot in range(slots):
            out[row, path.feature[slot]] += table[entry, slot]
