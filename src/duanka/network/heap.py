"""A binary heap of integers in an array, compiled: whose payment comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@njit(cache=True)
def push(heap: NDArray[np.int64], count: int, key: int) -> int:
    """The number of keys in the heap after this one has joined the `count` that were there."""
    at = count
    while at > 0 and heap[(at - 1) // 2] > key:
        heap[at] = heap[(at - 1) // 2]
        at = (at - 1) // 2
    heap[at] = key
    return count + 1


@njit(cache=True)
def pop(heap: NDArray[np.int64], count: int) -> int:
    """The number of keys left after the least, `heap[0]`, has gone."""
    sink(heap, count - 1, heap[count - 1])
    return count - 1


@njit(cache=True)
def sink(heap: NDArray[np.int64], count: int, key: int) -> None:
    """Puts this key in place of the least of the `count`; nothing moves where it still is the least."""
    at = 0
    while 2 * at + 1 < count:
        child = 2 * at + 1
        if child + 1 < count and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= key:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = key
