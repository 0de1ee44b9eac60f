"""The questions of a forest's small trees in the order of what they ask about: most need not be asked.

A tree asks whether a value is above a threshold. Under each feature the thresholds stand from the lowest
up, so whoever has a value reads on until one is above it, and has met just the questions whose answer is
yes; the rest are no unasked. Of what is missing it is known beforehand which questions send it right.

Source: Lucchese et al., QuickScorer (2015), whose order by feature this takes over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np

from duanka.models.trees import NAN_LEFT, ZERO_BAND

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.models.trees import Forest

_TREE, _BITS = np.uint32(8), np.uint32(255)


class Questions(NamedTuple):
    """The questions by feature; a named tuple, because numba takes it whole.

    Shapes: of_feature (asked features, 4): which feature, where its questions begin and end, where those
        end that send what is missing right; above (questions,): the thresholds, under each feature the
        lowest first; turn (questions and those of the missing,): the tree, and which bit of its answers.
    """

    of_feature: NDArray[np.uint32]
    above: NDArray[np.float32]
    turn: NDArray[np.uint32]


def lay_out(forest: Forest, tabled: NDArray[np.bool_]) -> Questions:
    """The questions of the trees that have tables."""
    inner = np.diff(forest.start) // 2
    trees = np.flatnonzero(tabled)
    tree = np.repeat(trees, inner[trees])
    nth = np.concatenate([np.zeros(0, np.int64), *[np.arange(n) for n in inner[trees]]])
    node = (forest.start[tree] + nth).astype(np.int64)
    turn = (tree << 8 | 1 << nth).astype(np.uint32)
    order = np.lexsort((forest.threshold[node], forest.feature[node]))
    node, turn = node[order], turn[order]
    missing_right = forest.flags[node] & NAN_LEFT == 0
    features, begin = np.unique(forest.feature[node], return_index=True)
    ends = np.append(begin, node.size)[1:]
    lines, above, turns, at = [], [], [], 0
    for feature, first, last in zip(features.tolist(), begin.tolist(), ends.tolist(), strict=True):
        right = turn[first:last][missing_right[first:last]]
        lines.append((feature, at, at + last - first, at + last - first + right.size))
        # the two stand side by side, so that one bound serves both
        above += [forest.threshold[node[first:last]], np.full(right.size, np.inf, np.float32)]
        turns += [turn[first:last], right]
        at = lines[-1][3]
    return Questions(
        np.array(lines, np.uint32).reshape(-1, 4),
        np.concatenate([np.zeros(0, np.float32), *above]).astype(np.float32),
        np.concatenate([np.zeros(0, np.uint32), *turns]).astype(np.uint32),
    )


@numba.njit(cache=True, nogil=True)
def ask(X: NDArray[np.float32], questions: Questions, turned: NDArray[np.uint8]) -> None:
    """Fills `turned` (rows, trees): a bit for each question of a tree that sends the row right.

    Places are unsigned, since numba looks twice at others.
    """
    of_feature, above, turn = questions
    one = np.uint64(1)
    for row in range(len(X)):
        mine, x_of = turned[row], X[row]
        mine[:] = 0
        for n in range(len(of_feature)):
            of = of_feature[n]
            x, at, end = x_of[of[0]], np.uint64(of[1]), np.uint64(of[2])
            if np.isnan(x):
                for k in range(end, np.uint64(of[3])):
                    mine[turn[k] >> _TREE] |= np.uint8(turn[k] & _BITS)
                continue
            if abs(x) <= ZERO_BAND:
                x = np.float32(0)
            while at < end and x > above[at]:
                mine[turn[at] >> _TREE] |= np.uint8(turn[at] & _BITS)
                at += one
