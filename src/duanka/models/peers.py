"""How far a card stands out among the cards judged with it, and what that adds to a model's score.

A default model knows simulated towns. Where life differs from them its scores say little, and the
order among its low scores nothing. How far a card stands out from its peers in what the trade knows
of mules needs no training and no units. It moves the model's log-odds a little, so that the two agree
on an order, and is joined with that as a second way of being found, for towns of which the model
knows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MOST_PEERS = 20_000
# a column that is known of fewer of the peers says nothing
LEAST_KNOWN = 0.1
OUTSTANDING = 0.99


@dataclass(frozen=True)
class Standing:
    """Where cards stand among their peers.

    Shapes: all but `families` (cards, ...). `far` is the mean over families of -log2 of the share of
    peers above, less the peers' own mean; `outstanding` tells in which families a card is among the
    foremost hundredth; `rank` is the share of peers below in each column used (0.5 where unknown).
    """

    far: NDArray[np.float64]
    families: tuple[str, ...]
    outstanding: NDArray[np.bool_]
    columns: tuple[int, ...]
    rank: NDArray[np.float32]


def standing(X: NDArray[np.float32], columns: Mapping[str, Sequence[int]]) -> Standing:
    """Where each card stands among all of `X`, in these columns by family.

    Shapes: X (cards, features), NaN is unknown.
    """
    peers = X[:: max(1, len(X) // MOST_PEERS)]
    used = [(f, c) for f, cs in columns.items() for c in cs if _known(peers[:, c]) >= LEAST_KNOWN]
    rank = np.stack([_rank(X[:, c], peers[:, c]) for _, c in used], axis=1) if used else None
    families = tuple(dict.fromkeys(f for f, _ in used))
    if rank is None:
        nothing = np.zeros((len(X), 0))
        return Standing(np.zeros(len(X)), (), nothing > 0, (), nothing.astype(np.float32))
    rarity = -np.log2(1 - rank + 1 / (4 * len(peers)))
    of = np.array([families.index(f) for f, _ in used])
    by_family = [rarity[:, of == n].mean(axis=1) for n in range(len(families))]
    out = [(rank[:, of == n] >= OUTSTANDING).any(axis=1) for n in range(len(families))]
    far = np.mean(by_family, axis=0)
    return Standing(
        far - far.mean(),
        families,
        np.stack(out, axis=1),
        tuple(c for _, c in used),
        rank.astype(np.float32),
    )


def _known(column: NDArray[np.float32]) -> float:
    return float((~np.isnan(column)).mean()) if column.size else 0.0


def _rank(x: NDArray[np.float32], peers: NDArray[np.float32]) -> NDArray[np.float64]:
    """The share of peers below, those alike counted half; 0.5 where unknown."""
    known = np.sort(peers[~np.isnan(peers)])
    below, above = np.searchsorted(known, x, "left"), np.searchsorted(known, x, "right")
    return np.where(np.isnan(x), 0.5, (below + above) / (2 * known.size))


def chance(
    far: NDArray[np.float64], *, base: float, slope: float, most: float
) -> NDArray[np.float64]:
    """The chance of being implicated by standing out alone: `base` on average, never above `most`."""
    logit = np.log(base / (1 - base)) + slope * far
    found: NDArray[np.float64] = np.minimum(1 / (1 + np.exp(-logit)), most)
    return found


def lifted(
    score: NDArray[np.float64], far: NDArray[np.float64], *, weight: float
) -> NDArray[np.float64]:
    """A model's score with its log-odds raised by `weight` for each bit a card stands out, or lowered.

    The order among cards of which the model says little is then that of the trade's own signs; a
    card that stands out in nothing loses some of a score that its peers do not bear out.
    """
    sure = np.clip(score, 1e-9, 1 - 1e-9)
    found: NDArray[np.float64] = 1 / (1 + np.exp(-(np.log(sure / (1 - sure)) + weight * far)))
    return found


def either(score: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """The chance that at least one of two independent ways finds the card."""
    return 1 - (1 - score) * (1 - other)
