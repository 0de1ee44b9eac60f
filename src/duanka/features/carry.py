"""Values that a transfer carries from its payer's past to its payee: depth, common source, return.

One light pass in time order with a small row per account (the lots received last), so that the
heavy window kernel can then work key by key. Live, the same step runs as each transfer arrives.
"""

# ruff: noqa: ANN001, ANN201, PLR0917 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from duanka.features import flags as f
from duanka.features.spec import DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

LOTS = 16
WORDS = 6  # at, amount, payer, payer's source, source's source, depth
WIDTH = 1 + LOTS * WORDS
NEAR = 3 * DAY
FAR = 30 * DAY
MOST_DEPTH = 6
# Start values, unverified: a lot can have fed a transfer when it is at least a third of it.
FED_SHARE = 3


@nb.njit(cache=True, nogil=True)
def step(rows, payer, payee, at, amount):  # type: ignore[no-untyped-def]
    """The carried bit fields of one transfer (depth, cycle, gather); the payee's row learns of it.

    depth: layers of money behind it, 1 for money of the payer's own, at most 6. cycle: in how many
    transfers the money came back to where it started (2 to 4), else 0. gather: how many payers
    brought the payee money of the same source lately, this one counted, at most 15.
    """
    mine = rows[payer]
    depth, source, source2 = 1, -1, -1
    newest = -(1 << 62)
    cycle = 0
    for i in range(LOTS):
        lot = 1 + i * WORDS
        lot_at = mine[lot]
        if lot_at < at - FAR or lot_at >= at:
            continue
        if mine[lot + 1] * FED_SHARE < amount:
            continue
        if mine[lot + 2] == payee:
            cycle = 2 if cycle == 0 else min(cycle, 2)
        elif mine[lot + 3] == payee:
            cycle = 3 if cycle == 0 else min(cycle, 3)
        elif mine[lot + 4] == payee:
            cycle = 4 if cycle == 0 else cycle
        if lot_at < at - NEAR:
            continue
        depth = max(depth, min(mine[lot + 5] + 1, MOST_DEPTH))
        if lot_at > newest:
            newest = lot_at
            source, source2 = mine[lot + 2], mine[lot + 3]
    theirs = rows[payee]
    gather = 1 if source != -1 else 0
    if source != -1:
        for i in range(LOTS):
            lot = 1 + i * WORDS
            if theirs[lot] >= at or theirs[lot] < at - FAR or theirs[lot + 3] != source:
                continue
            if theirs[lot + 2] == payer:
                continue
            repeated = False
            for j in range(i):
                other = 1 + j * WORDS
                if (
                    theirs[other] >= at - FAR
                    and theirs[other + 3] == source
                    and theirs[other + 2] == theirs[lot + 2]
                ):
                    repeated = True
                    break
            if not repeated:
                gather += 1
    head = theirs[0]
    lot = 1 + head * WORDS
    theirs[lot] = at
    theirs[lot + 1] = amount
    theirs[lot + 2] = payer
    theirs[lot + 3] = source
    theirs[lot + 4] = source2
    theirs[lot + 5] = depth
    theirs[0] = (head + 1) % LOTS
    return (
        (depth << f.DEPTH_SHIFT)
        | (cycle << f.CYCLE_SHIFT)
        | (min(gather, f.FIELD) << f.GATHER_SHIFT)
    )


@nb.njit(cache=True, nogil=True)
def carry(payer, payee, at, amount, moves, size):  # type: ignore[no-untyped-def]
    """The carried bit fields of every transfer, in time order; those that move nothing carry nothing.

    Reserved accounts (dense index at or above `size`) remember nothing.
    """
    rows = np.zeros((size + 1, WIDTH), dtype=np.int64)
    out = np.zeros(at.size, dtype=np.int64)
    for i in range(at.size):
        if not moves[i] or payer[i] >= size or payer[i] == payee[i]:
            continue
        to = min(payee[i], size)
        out[i] = step(rows, payer[i], to, at[i], amount[i])
        if to == size:
            rows[size, :] = 0
    return out
