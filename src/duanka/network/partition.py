"""Groups inside what hangs together: Leiden's groups, joined again where no bottleneck stands between them."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import graspologic_native
import numpy as np

from duanka.network.components import components
from duanka.network.graph import compressed

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 20211011
ITERATIONS = 3


def groups(
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    weight: NDArray[np.float64],
    *,
    nodes: int,
    bottleneck: float,
) -> NDArray[np.int64]:
    """For each node the number of its group: the least node in it.

    Groups never reach beyond a component. Two of Leiden's groups stay apart only if the ties between
    them are less than `bottleneck` of all ties of the lesser one: a modest, scale-free reading of
    "these are two rings who know each other", where modularity alone would cut one ring into its cells.

    Shapes: `left`, `right`, `weight` one an edge, each pair once; weights above 0.
    """
    whole = components(left, right, nodes)
    if not len(left):
        return whole.astype(np.int64)
    start, row, other = compressed(left, right, nodes)
    _, found = graspologic_native.leiden_csr(
        start, other, weight[row], nodes, iterations=ITERATIONS, use_modularity=True, seed=SEED
    )
    fine = np.arange(nodes, dtype=np.int64) + nodes  # a node without edges is its own group
    for node, group in found.items():
        fine[node] = group
    return _least(_joined(_numbers(fine), left, right, weight, bottleneck=bottleneck))


def _numbers(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _least(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The labels with each group named by its least node, so that names do not hang on the order of work."""
    _, first, number = np.unique(labels, return_index=True, return_inverse=True)
    return first[number].astype(np.int64)


def _joined(
    group: NDArray[np.int64],
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    weight: NDArray[np.float64],
    *,
    bottleneck: float,
) -> NDArray[np.int64]:
    """The groups after joining, strongest bond first, those between which no bottleneck stands."""
    volume: dict[int, float] = {}
    between: dict[int, dict[int, float]] = {}
    for a, b, w in zip(group[left].tolist(), group[right].tolist(), weight.tolist(), strict=True):
        volume[a] = volume.get(a, 0.0) + w
        volume[b] = volume.get(b, 0.0) + w
        if a != b:
            between.setdefault(a, {})[b] = between.get(a, {}).get(b, 0.0) + w
            between.setdefault(b, {})[a] = between.get(b, {}).get(a, 0.0) + w
    into = _merge(volume, between, bottleneck)

    def root(g: int) -> int:
        while g in into:
            g = into[g]
        return g

    return np.array([root(g) for g in group.tolist()], np.int64)


def _merge(
    volume: dict[int, float], between: dict[int, dict[int, float]], bottleneck: float
) -> dict[int, int]:
    def bond(a: int, b: int) -> float:
        return between[a][b] / min(volume[a], volume[b])

    queue = [(-bond(a, b), a, b) for a, ties in between.items() for b in ties if a < b]
    heapq.heapify(queue)
    into: dict[int, int] = {}
    while queue:
        told, a, b = heapq.heappop(queue)
        if a in into or b in into or b not in between[a] or -told != bond(a, b):
            continue  # said of groups that have changed since
        if -told < bottleneck:
            break
        into[b] = a
        volume[a] += volume.pop(b)
        for c, w in sorted(between.pop(b).items()):
            between[c].pop(b)
            if c != a:
                between[a][c] = between[c][a] = between[a].get(c, 0.0) + w
        for c in between[a]:
            heapq.heappush(queue, (-bond(a, c), min(a, c), max(a, c)))
    return into
