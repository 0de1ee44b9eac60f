"""How each tree shares its output out among features, laid out once a model so that a row costs microseconds.

A small tree asks so few questions that every combination of their answers has its Shapley values worked
out beforehand; a row then only asks the questions. Larger trees are worked out row by row.

Source: Yang, Fast TreeSHAP v2 (2021), whose table over a path's features this widens to whole trees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np

from duanka.models.score import goes_right

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.models.trees import Forest

TABLED = 8
"""Trees with more questions, and paths with more distinct features, have no table."""


class Credit(NamedTuple):
    """The tables of a forest's small trees; a named tuple, because numba takes it whole.

    Shapes: tabled (trees,); leaf (combinations,): where among the forest's nodes, from the tree's first leaf
        on, stands what the tree adds to the log-odds, and outcome (trees + 1,) where a tree's combinations start; begin, column (trees + 1,): where a tree's entries and its distinct features
        start; feature (columns,); share (entries,): a row of a tree's table for each combination of
        answers, bit k of which tells whether its k-th question sends right.
    Units: `base` (1,) the expected raw score of a training row, without the intercept.
    """

    tabled: NDArray[np.bool_]
    outcome: NDArray[np.uint32]
    leaf: NDArray[np.uint8]
    begin: NDArray[np.uint64]
    column: NDArray[np.uint32]
    feature: NDArray[np.uint32]
    share: NDArray[np.float64]
    base: NDArray[np.float64]


class Path(NamedTuple):
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


def lay_out(forest: Forest) -> Credit:
    """The tables of a forest."""
    inner = np.diff(forest.start) // 2
    tabled = (inner <= TABLED) & ~np.full(len(inner), forest.zero_special)
    columns = [np.unique(_asked(forest, tree)) for tree in np.flatnonzero(tabled).tolist()]
    width = np.zeros(len(inner), np.int64)
    width[tabled] = [len(one) for one in columns]
    combinations = np.where(tabled, 1 << np.minimum(inner, TABLED), 0)
    entries = width * combinations
    credit = Credit(
        tabled,
        _starts(combinations).astype(np.uint32),
        np.zeros(int(combinations.sum()), np.uint8),
        _starts(entries).astype(np.uint64),
        _starts(width).astype(np.uint32),
        np.concatenate([np.zeros(0, np.uint32), *columns]).astype(np.uint32),
        np.zeros(int(entries.sum())),
        np.zeros(1),
    )
    _fill(forest, credit)
    return credit


def _asked(forest: Forest, tree: int) -> NDArray[np.int32]:
    first, last = forest.start[tree], forest.start[tree + 1]
    return forest.feature[first : first + (last - first) // 2]


def _starts(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


@numba.njit(cache=True, nogil=True)
def _fill(forest: Forest, credit: Credit) -> None:
    """Fills the tables and the base."""
    for tree in range(len(forest.start) - 1):
        first, last = forest.start[tree], forest.start[tree + 1]
        parent = _parents(forest, first, last)
        inner = (last - first) // 2
        path = _room(inner)
        for leaf in range(first + inner, last):
            _walk_up(forest, leaf, first, parent, path)
            weight = forest.value[leaf]
            for slot in range(path.size[0]):
                weight *= path.zero[slot]
            credit.base[0] += weight
            if credit.tabled[tree]:
                _fill_leaf(path, forest.value[leaf], tree, leaf - first - inner, credit)


@numba.njit(cache=True, nogil=True)
def _fill_leaf(path: Path, value: float, tree: int, nth: int, credit: Credit) -> None:
    slots, turns = path.size[0], path.size[1]
    column, width = credit.column[tree], credit.column[tree + 1] - credit.column[tree]
    place = np.zeros(max(slots, 1), np.int64)
    for slot in range(slots):
        while credit.feature[column + place[slot]] != path.feature[slot]:
            place[slot] += 1
    table = _leaf_table(path, value)
    every = (np.int64(1) << slots) - 1
    combinations = np.int64(credit.outcome[tree + 1]) - np.int64(credit.outcome[tree])
    for turned in range(combinations):
        ones = every
        for turn in range(turns):
            wrong = np.int64(((turned >> path.turns[turn, 0]) & 1) != path.turns[turn, 1])
            ones &= ~(wrong << path.turns[turn, 2])
        if ones == every:
            credit.leaf[credit.outcome[tree] + turned] = nth
        entry = credit.begin[tree] + turned * width
        for slot in range(slots):
            credit.share[entry + place[slot]] += table[ones, slot]


@numba.njit(cache=True, nogil=True)
def _leaf_table(path: Path, value: float) -> NDArray[np.float64]:
    every = np.int64(1) << path.size[0]
    table = np.empty((every, max(path.size[0], 1)))
    for ones in range(every):
        _weigh(ones, path, value, table[ones])
    return table


@numba.njit(cache=True, nogil=True)
def _room(inner: int) -> Path:
    return Path(
        np.zeros(2, np.int64),
        np.empty(inner + 1, np.int32),
        np.empty(inner + 1),
        np.empty((inner + 1, 3), np.int32),
        np.empty(inner + 2),
    )


@numba.njit(cache=True, nogil=True)
def _weigh(ones: int, path: Path, value: float, out: NDArray[np.float64]) -> None:
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
def _walk_up(forest: Forest, leaf: int, first: int, parent: NDArray[np.int32], path: Path) -> None:
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
def by_leaves(X: NDArray[np.float32], forest: Forest, tree: int, out: NDArray[np.float64]) -> None:
    """Adds a large tree's contributions to `out`, leaf by leaf."""
    first, last = forest.start[tree], forest.start[tree + 1]
    parent = _parents(forest, first, last)
    inner = (last - first) // 2
    turned = np.empty((inner, len(X)), np.uint8)
    for k in range(inner):
        node = first + k
        for row in range(len(X)):
            x = X[row, forest.feature[node]]
            turned[k, row] = goes_right(x, forest.threshold[node], forest.flags[node])
    path = _room(inner)
    for leaf in range(first + inner, last):
        _walk_up(forest, leaf, first, parent, path)
        _add_leaf(turned, path, forest.value[leaf], out)


@numba.njit(cache=True, nogil=True)
def _add_leaf(
    turned: NDArray[np.uint8], path: Path, value: float, out: NDArray[np.float64]
) -> None:
    slots, turns = path.size[0], path.size[1]
    tabled = (
        slots <= TABLED and turned.shape[1] >> slots > 0
    )  # else a table costs more than the rows
    table = _leaf_table(path, value) if tabled else np.empty((1, max(slots, 1)))
    for row in range(turned.shape[1]):
        ones = (np.int64(1) << slots) - 1
        for turn in range(turns):
            wrong = np.int64(turned[path.turns[turn, 0], row] != path.turns[turn, 1])
            ones &= ~(wrong << path.turns[turn, 2])
        entry = ones
        if not tabled:
            _weigh(ones, path, value, table[0])
            entry = 0
        for slot in range(slots):
            out[row, path.feature[slot]] += table[entry, slot]
