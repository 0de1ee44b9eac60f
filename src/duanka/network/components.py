"""Which things hang together: components of a graph of numbered nodes, by a compiled union-find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True)
def components(left: NDArray[np.int32], right: NDArray[np.int32], nodes: int) -> NDArray[np.int32]:
    """For each node the least node of its component; one pass over the edges, in any order.

    Shapes: `left` and `right` one an edge, numbers below `nodes`.
    """
    parent = np.arange(nodes).astype(np.int32)
    for i in range(len(left)):
        a, b = left[i], right[i]
        # halving the path on the way up keeps trees flat without a second pass
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a < b:
            parent[b] = a
        elif b < a:
            parent[a] = b
    for n in range(nodes):
        # the root is the least, and lower nodes are settled: one step is enough
        parent[n] = parent[parent[n]]
    return parent
