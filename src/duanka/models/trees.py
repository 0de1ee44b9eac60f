"""LightGBM's trees as compact arrays, read from its own text, with no LightGBM needed to serve them.

The decision at a node, exactly as LightGBM makes it (its `Tree::NumericalDecision`):

- a missing value (NaN) follows the node's default direction if the node was trained to know missing
  values, otherwise it counts as 0;
- everything within 1e-35 of zero is zero, and where zero means missing it follows the default
  direction;
- everything else goes left when value <= threshold.

Feature matrices are float32, so a threshold is kept as the largest float32 that is not above
LightGBM's float64 threshold: no float32 value lies between the two, hence every decision is the same.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from duanka.errors import BadModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NAN_LEFT = 1
ZERO_SPECIAL = 2
ZERO_LEFT = 4
ZERO_BAND = np.float32(1e-35)

_CATEGORICAL_BIT = 1
_DEFAULT_LEFT_BIT = 2
_MISSING_ZERO, _MISSING_NAN = 1, 2


class Forest(NamedTuple):
    """Trees in one index space; leaves are nodes whose two children are themselves.

    A named tuple, because numba takes it whole.

    Shapes:
        start: (trees + 1,), first node of each tree, which is its root; depth: (trees,), longest path.
        feature, threshold, flags, cover: (nodes,); child: (2 * nodes,), left and right side by side;
        value: (nodes,), a leaf's addition to the log-odds, 0 elsewhere.
    Units: `cover` counts the training rows that passed a node.
    """

    start: NDArray[np.int32]
    depth: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    flags: NDArray[np.uint8]
    child: NDArray[np.int32]
    value: NDArray[np.float64]
    cover: NDArray[np.float64]
    feature_count: int

    @property
    def tree_count(self) -> int:
        return len(self.start) - 1

    @property
    def zero_special(self) -> bool:
        """Whether any node takes zero for missing, so that the general kernel is needed."""
        return bool(np.any(self.flags & ZERO_SPECIAL))


def read_forest(text: str) -> Forest:
    """The trees of one LightGBM model text.

    Raises: BadModel if the text is no LightGBM model of numerical, constant-leaf trees.
    """
    head, *blocks = text.split("\nTree=")
    facts = _fields(head)
    try:
        if facts.get("num_tree_per_iteration", "1") != "1":
            raise BadModel("the trees have several outputs; a card has one score")
        feature_count = int(facts["max_feature_idx"]) + 1
        trees = [_read_tree(_fields(block)) for block in blocks]
    except (KeyError, ValueError, IndexError) as fault:
        raise BadModel(
            f"the trees cannot be read ({fault})", fix="train the model again with `duanka train`"
        ) from fault
    return _join(trees, feature_count)


def join(forests: Sequence[Forest], weights: Sequence[float]) -> Forest:
    """One forest whose sum is the weighted sum of the given ones, tree after tree in the same order."""
    widths = {forest.feature_count for forest in forests}
    if len(widths) != 1:
        raise BadModel(
            f"the parts of the model expect different numbers of features {sorted(widths)}"
        )
    sizes = np.cumsum([0] + [len(forest.feature) for forest in forests]).astype(np.int32)
    starts = [f.start[:-1] + shift for f, shift in zip(forests, sizes, strict=False)]
    return Forest(
        start=np.concatenate([*starts, sizes[-1:]]).astype(np.int32),
        depth=np.concatenate([f.depth for f in forests]),
        feature=np.concatenate([f.feature for f in forests]),
        threshold=np.concatenate([f.threshold for f in forests]),
        flags=np.concatenate([f.flags for f in forests]),
        child=np.concatenate([f.child + s for f, s in zip(forests, sizes, strict=False)]),
        value=np.concatenate([f.value * w for f, w in zip(forests, weights, strict=True)]),
        cover=np.concatenate([f.cover for f in forests]),
        feature_count=widths.pop(),
    )


def tidy_text(text: str) -> str:
    """The model text that LightGBM can load again, without what does not change any answer.

    Training parameters hold thread counts and the like; two machines must write the same bytes.
    """
    trees, end, _ = text.partition("end of trees")
    if not end:
        raise BadModel(
            "the model text ends too early", fix="restore the model folder or train again"
        )
    return trees + end + "\n"


def _fields(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


_Tree = tuple[
    "NDArray[np.int32]",
    "NDArray[np.float32]",
    "NDArray[np.uint8]",
    "NDArray[np.int32]",
    "NDArray[np.float64]",
    "NDArray[np.float64]",
]


def _read_tree(fields: dict[str, str]) -> _Tree:
    """One tree's (feature, threshold, flags, child, value, cover); inner nodes first, then leaves."""
    if fields.get("num_cat", "0") != "0" or fields.get("is_linear", "0") != "0":
        raise BadModel("the trees have categorical splits or linear leaves, which we do not serve")
    leaves = int(fields["num_leaves"])
    inner = leaves - 1
    value = np.zeros(inner + leaves)
    value[inner:] = _floats(fields["leaf_value"], leaves)
    cover = np.ones(inner + leaves)
    child = np.repeat(np.arange(inner + leaves, dtype=np.int32), 2)
    feature = np.zeros(inner + leaves, np.int32)
    threshold = np.zeros(inner + leaves, np.float32)
    flags = np.zeros(inner + leaves, np.uint8)
    if inner == 0:
        return feature, threshold, flags, child, value, cover
    feature[:inner] = _floats(fields["split_feature"], inner)
    exact = _floats(fields["threshold"], inner)
    threshold[:inner] = _not_above(exact)
    flags[:inner] = _flags(_floats(fields["decision_type"], inner).astype(np.int64), exact)
    for side, name in enumerate(("left_child", "right_child")):
        to = _floats(fields[name], inner).astype(np.int32)
        child[side : 2 * inner : 2] = np.where(to < 0, inner + ~to, to)
    cover[:inner] = _floats(fields["internal_count"], inner)
    cover[inner:] = _floats(fields["leaf_count"], leaves)
    return feature, threshold, flags, child, value, cover


def _floats(words: str, count: int) -> NDArray[np.float64]:
    numbers = np.array([float(word) for word in words.split()], np.float64)
    if len(numbers) != count:
        raise BadModel(f"a tree has {len(numbers)} numbers where {count} belong")
    return numbers


def _not_above(exact: NDArray[np.float64]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        near = exact.astype(np.float32)
    return np.where(near > exact, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)


def _flags(kinds: NDArray[np.int64], threshold: NDArray[np.float64]) -> NDArray[np.uint8]:
    if np.any(kinds & _CATEGORICAL_BIT):
        raise BadModel("the trees have categorical splits, which we do not serve")
    default_left = (kinds & _DEFAULT_LEFT_BIT) != 0
    missing = (kinds >> 2) & 3
    # where missing values were not seen in training LightGBM reads NaN as 0
    nan_left = np.where(missing == 0, threshold >= 0, default_left)
    zero = missing == _MISSING_ZERO
    flags = nan_left * NAN_LEFT + zero * ZERO_SPECIAL + (zero & default_left) * ZERO_LEFT
    return np.asarray(flags, np.uint8)


def _join(trees: Sequence[_Tree], feature_count: int) -> Forest:
    start = np.cumsum([0] + [len(tree[0]) for tree in trees]).astype(np.int32)
    columns = (
        [list(column) for column in zip(*trees, strict=True)] if trees else [[] for _ in range(6)]
    )
    child = [c + s for c, s in zip(columns[3], start, strict=False)]
    empty = (np.int32, np.float32, np.uint8, np.int32, np.float64, np.float64)
    columns[3] = child
    feature, threshold, flags, child_, value, cover = (
        np.concatenate([np.zeros(0, kind), *column]).astype(kind)
        for column, kind in zip(columns, empty, strict=True)
    )
    depth = np.array(
        [_depth(child_, int(root), int(end)) for root, end in itertools.pairwise(start)],
        np.int32,
    )
    return Forest(start, depth, feature, threshold, flags, child_, value, cover, feature_count)


def _depth(child: NDArray[np.int32], root: int, end: int) -> int:
    level = np.zeros(end - root, np.int64)
    # LightGBM numbers a node after its parent, so one pass in order is enough
    for node in range(root, end):
        for to in child[2 * node : 2 * node + 2]:
            if to != node:
                level[to - root] = level[node - root] + 1
    return int(level.max(initial=0))


def some_trees(forest: Forest, first: int, last: int) -> Forest:
    """The trees from number `first` to before `last`, in order."""
    nodes = slice(int(forest.start[first]), int(forest.start[last]))
    children = slice(2 * nodes.start, 2 * nodes.stop)
    return Forest(
        start=forest.start[first : last + 1] - forest.start[first],
        depth=forest.depth[first:last],
        feature=forest.feature[nodes],
        threshold=forest.threshold[nodes],
        flags=forest.flags[nodes],
        child=forest.child[children] - forest.start[first],
        value=forest.value[nodes],
        cover=forest.cover[nodes],
        feature_count=forest.feature_count,
    )
