"""Where the marks of a picture stand: springs for a network, columns for money; the same input, the same places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

STEPS = 250
GOLDEN = 2.399963229728653
"""The angle that spreads points most evenly over a disc."""


def springs(
    count: int, edges: Sequence[tuple[int, int]], weights: Sequence[float]
) -> NDArray[np.float64]:
    """Places in the unit square at which tied marks are near and no two lie on one another.

    Fruchterman and Reingold's forces from a spiral of points, without dice: the picture of a network
    does not change from one day's drawing to the next.

    Shapes: count × 2, each from 0 to 1.
    """
    if count == 0:
        return np.zeros((0, 2))
    turn = np.arange(count) * GOLDEN
    radius = np.sqrt((np.arange(count) + 0.5) / count)
    at = np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=1)
    apart = 1.6 / np.sqrt(count)
    ends = np.array(edges, np.int64).reshape(-1, 2)
    pull = 0.5 + np.array(weights, np.float64)
    for step in range(STEPS):
        at = at + _move(at, ends, pull, apart, heat=0.12 * (1 - step / STEPS) + 0.002)
    low, high = at.min(axis=0), at.max(axis=0)
    placed: NDArray[np.float64] = (at - low) / np.maximum(high - low, 1e-9)
    return placed


def _move(
    at: NDArray[np.float64],
    ends: NDArray[np.int64],
    pull: NDArray[np.float64],
    apart: float,
    *,
    heat: float,
) -> NDArray[np.float64]:
    away = at[:, None, :] - at[None, :, :]
    square = np.maximum((away**2).sum(axis=2), 1e-6)
    force = (away * (apart**2 / square)[:, :, None]).sum(axis=1)
    if len(ends):
        line = at[ends[:, 0]] - at[ends[:, 1]]
        drawn = line * (pull * np.sqrt((line**2).sum(axis=1)) / apart)[:, None]
        np.add.at(force, ends[:, 0], -drawn)
        np.add.at(force, ends[:, 1], drawn)
    force -= 0.4 * at  # what hangs on nothing does not drift out of the picture
    length = np.sqrt((force**2).sum(axis=1, keepdims=True))
    moved: NDArray[np.float64] = force / np.maximum(length, 1e-9) * np.minimum(length, heat)
    return moved


def columns(layers: Sequence[int], sizes: Sequence[float]) -> NDArray[np.float64]:
    """Places by layer from left to right, the largest of each layer on top.

    Shapes: one row a mark: from 0 to 1 across, and from 0 to 1 down.
    """
    layer = np.array(layers, np.int64)
    at = np.zeros((len(layer), 2))
    deepest = max(int(layer.max(initial=0)), 1)
    for one in np.unique(layer):
        mine = np.flatnonzero(layer == one)
        order = mine[np.argsort(-np.array(sizes, np.float64)[mine], kind="stable")]
        at[order, 0] = one / deepest
        at[order, 1] = (np.arange(len(order)) + 0.5) / len(order)
    return at
