"""Values that a transfer carries from its payer's past to its payee: depth, common source, return.

One light pass in time order with a small row per account (the lots received last), so that the
heavy window kernel can then work key by key. Live, the same step runs as each transfer arrives.
"""

# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from duanka.features import flags as f
from duanka.features.spec import DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

LOTS = 16
WORDS = 6  # at, amount, payer, payer's source, source's source, depth
WIDTH = 1 + LOTS * WORDS
NEAR = 3 * DAY
FAR = 30 * DAY
MOST_DEPTH = 6
# Start values, unverified: a lot can have fed a transfer when it is at least a third of it.
FED_SHARE = 3


@nb.njit(cache=True, nogil=True)
def look(mine, theirs, payer, payee, at, amount):  # type: ignore[no-untyped-def]
    """The carried bit fields of one transfer (depth, cycle, gather), and its money's source and theirs.

    depth: layers of money behind it, 1 for money of the payer's own, at most 6. cycle: in how many
    transfers the money came back to where it started (2 to 4), else 0. gather: how many payers
    brought the payee money of the same source lately, this one counted, at most 15.
    """
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
            cycle = 2
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
    gather = 0 if source == -1 else 1 + _others_bringing(theirs, payer, at, source)
    fields = depth << f.DEPTH_SHIFT | cycle << f.CYCLE_SHIFT
    return fields | min(gather, f.FIELD) << f.GATHER_SHIFT, source, source2


@nb.njit(cache=True, nogil=True)
def _others_bringing(theirs, payer, at, source):  # type: ignore[no-untyped-def]
    """How many other payers brought money of the source lately."""
    count = 0
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
            count += 1
    return count


@nb.njit(cache=True, nogil=True)
def learn(theirs, payer, at, amount, fields, source):  # type: ignore[no-untyped-def]
    """The payee's row knows of the transfer; the lot received longest ago makes room."""
    lot = 1 + theirs[0] * WORDS
    theirs[lot] = at
    theirs[lot + 1] = amount
    theirs[lot + 2] = payer
    theirs[lot + 3] = source[0]
    theirs[lot + 4] = source[1]
    theirs[lot + 5] = fields >> f.DEPTH_SHIFT & f.FIELD
    theirs[0] = (theirs[0] + 1) % LOTS


@nb.njit(cache=True, nogil=True)
def lots(size):  # type: ignore[no-untyped-def]
    """A row for each account that has received nothing yet, and one more for who remembers nothing."""
    rows = np.zeros((size + 1, WIDTH), dtype=np.int64)
    rows[:, 1::WORDS] = -(1 << 62)
    return rows


def carry(payer: Ints, payee: Ints, at: Ints, amount: Ints, moves: Bools, size: int) -> Ints:
    """The carried bit fields of every transfer, in time order; one that moves nothing leaves no trace.

    Transfers of one instant do not see one another. Reserved accounts (dense index at or above
    `size`) remember nothing.
    """
    out = np.zeros(at.size, dtype=np.int64)
    carry_on(lots(size), payer, payee, at, amount, moves, out)
    return out


@nb.njit(cache=True, nogil=True)
def carry_on(rows, payer, payee, at, amount, moves, out):  # type: ignore[no-untyped-def]
    """Nothing; the carried bit fields stand in `out`, and `rows` know of all these transfers.

    So that a long stream may come in parts, cut between instants.
    """
    size = rows.shape[0] - 1
    source = np.full((at.size, 2), -1, dtype=np.int64)
    told = 0
    for i in range(at.size):
        while at[told] < at[i]:
            told = _told(rows, payer, payee, at, amount, moves, out, source, told)
        if payer[i] < size and payer[i] != payee[i]:
            out[i], source[i, 0], source[i, 1] = look(
                rows[payer[i]], rows[min(payee[i], size)], payer[i], payee[i], at[i], amount[i]
            )
    while told < at.size:
        told = _told(rows, payer, payee, at, amount, moves, out, source, told)


@nb.njit(cache=True, nogil=True)
def _told(rows, payer, payee, at, amount, moves, out, source, i):  # type: ignore[no-untyped-def]
    size = rows.shape[0] - 1
    p, to = payer[i], payee[i]
    if moves[i] and p < size and to < size and p != to:
        learn(rows[to], p, at[i], amount[i], out[i], source[i])
    return i + 1
