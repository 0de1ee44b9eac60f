"""Edges as compressed arrays: who is tied to whom, how strongly, and between which instants."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Graph(NamedTuple):
    """An undirected graph of numbered nodes; every edge stands at both its ends.

    Shapes: `start` one more than there are nodes; the edges of node n are `start[n]` up to
        `start[n + 1]` in the other arrays, ordered by `other`. `edge` numbers the row that an end
        came from. Edges between the same two nodes stay apart.
    Units: `first` and `last` UTC microseconds.
    """

    start: NDArray[np.int64]
    other: NDArray[np.int32]
    weight: NDArray[np.float64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    edge: NDArray[np.int64]


def numbered(edges: pl.DataFrame) -> tuple[NDArray[np.int32], NDArray[np.int32], pl.DataFrame]:
    """The ends of the edges as numbers, and the nodes (kind, id) that the numbers stand for, sorted.

    Columns: edges: left_kind, left_id, right_kind, right_id. nodes: kind, id.
    """
    ends = [
        edges.select(pl.col(f"{side}_kind").alias("kind"), pl.col(f"{side}_id").alias("id"))
        for side in ("left", "right")
    ]
    nodes = pl.concat(ends).unique().sort("kind", "id")
    numbers = nodes.with_row_index("number")
    left, right = (
        end.join(numbers, on=["kind", "id"], how="left", maintain_order="left")["number"]
        .cast(pl.Int32)
        .to_numpy()
        for end in ends
    )
    return left, right, nodes


def build(edges: pl.DataFrame) -> tuple[Graph, pl.DataFrame]:
    """The graph of evidence or links, and the nodes its numbers stand for.

    Columns: edges: left_kind, left_id, right_kind, right_id, weight, first_at, last_at.
    """
    left, right, nodes = numbered(edges)
    bounds = tuple(
        edges[name].dt.timestamp("us").fill_null(0).to_numpy() for name in ("first_at", "last_at")
    )
    start, place, other = compressed(left, right, nodes.height)
    weight = edges["weight"].to_numpy()
    return Graph(start, other, weight[place], bounds[0][place], bounds[1][place], place), nodes


@njit(cache=True)
def compressed(
    left: NDArray[np.int32], right: NDArray[np.int32], nodes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Where each node's edges begin, and for each edge at a node its row and its other end.

    Two counting sorts, by other end and then by node, so that neighbours stand in order.
    """
    count = len(left)
    by_other = _ordered(np.concatenate((right, left)), nodes)
    node = np.concatenate((left, right))
    by_node = _ordered(node[by_other], nodes)
    order = by_other[by_node]
    start = np.zeros(nodes + 1, np.int64)
    for n in node:
        start[n + 1] += 1
    for n in range(nodes):
        start[n + 1] += start[n]
    other = np.empty(2 * count, np.int32)
    row = np.empty(2 * count, np.int64)
    for i in range(2 * count):
        at = order[i]
        row[i] = at % count
        other[i] = right[at] if at < count else left[at - count]
    return start, row, other


@njit(cache=True)
def _ordered(keys: NDArray[np.int32], most: int) -> NDArray[np.int64]:
    """The places of the keys in stable order of their size."""
    start = np.zeros(most + 1, np.int64)
    for k in keys:
        start[k + 1] += 1
    for k in range(most):
        start[k + 1] += start[k]
    order = np.empty(len(keys), np.int64)
    for i in range(len(keys)):
        order[start[keys[i]]] = i
        start[keys[i]] += 1
    return order
