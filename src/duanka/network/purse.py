"""What a holder of lost money has, compiled: its balance, the tainted part, and the lots it consists of.

A part of the walk of `hops`, which is given the arrays one by one for the reason told there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from duanka.network.walk import Limits

    Table = NDArray[np.int64]

# ruff: noqa: PLR0917 - compiled by numba, which takes no keywords

FIFO, PRO_RATA = 0, 1
NO_LOT = -1
SAFE = 3_000_000_000
"""Two numbers up to this multiply without overflow."""
(ACCOUNT, HOP, BALANCE, TAINT, CAME, WENT, UNTRACED, NEXT, LAST, WAITS, OLDEST, NEWEST) = range(12)
"""Columns of the holders."""
FEN, TAINTED, BEHIND = range(3)
"""Columns of the lots."""
USED_HOLDERS, USED_LOTS, QUEUED = range(3)
"""What is counted of a walk."""


@njit(inline="always")
def set_balance(
    holders: Table, lots: Table, used: Table, limits: Limits, h: int, balance: int
) -> None:
    """Brings the holder to the balance of the book: clean money joins, missing money leaves."""
    gap = balance - holders[h, BALANCE]
    if gap > 0:
        if limits.attribution == FIFO:
            append(holders, lots, h, new_lot(lots, used, gap, 0))
        holders[h, BALANCE] = balance
    elif gap < 0:
        tainted, _ = take(holders, lots, used, limits, h, -gap)
        holders[h, UNTRACED] += tainted


@njit(inline="always")
def take(
    holders: Table, lots: Table, used: Table, limits: Limits, h: int, fen: int
) -> tuple[int, int]:
    """How much of `fen` that leave the holder is tainted, and the lots they consist of."""
    if limits.attribution == FIFO:
        tainted, parts = _oldest(holders, lots, used, h, fen)
    else:
        tainted, parts = share(fen, holders[h, TAINT], holders[h, BALANCE]), NO_LOT
    holders[h, TAINT] -= tainted
    holders[h, BALANCE] -= fen
    return tainted, parts


@njit(cache=True)
def share(fen: int, taint: int, balance: int) -> int:
    """The tainted part of `fen` paid from a balance of which `taint` is tainted, rounded down."""
    if fen < SAFE and taint < SAFE:
        return fen * taint // max(balance, 1)
    # fen × taint may not fit 64 bits: long multiplication, kept below the balance at every bit.
    whole, rest = 0, 0
    for bit in range(62, -1, -1):
        whole, rest = 2 * whole, 2 * rest
        if rest >= balance:
            whole, rest = whole + 1, rest - balance
        if (fen >> bit) & 1:
            rest += taint
            if rest >= balance:
                whole, rest = whole + 1, rest - balance
    return whole


@njit(cache=True)
def _oldest(holders: Table, lots: Table, used: Table, h: int, fen: int) -> tuple[int, int]:
    """The tainted part of the oldest `fen` of the holder, and the first of their lots."""
    head = holders[h, OLDEST]
    lot, before, tainted = head, NO_LOT, 0
    while fen > 0:
        if lots[lot, FEN] > fen:
            rest = new_lot(lots, used, lots[lot, FEN] - fen, lots[lot, TAINTED])
            lots[rest, BEHIND] = lots[lot, BEHIND]
            lots[lot, BEHIND] = rest
            lots[lot, FEN] = fen
            if holders[h, NEWEST] == lot:
                holders[h, NEWEST] = rest
        fen -= lots[lot, FEN]
        tainted += lots[lot, FEN] * lots[lot, TAINTED]
        before, lot = lot, lots[lot, BEHIND]
    holders[h, OLDEST] = lot
    if lot == NO_LOT:
        holders[h, NEWEST] = NO_LOT
    lots[before, BEHIND] = NO_LOT
    return tainted, head


@njit(inline="always")
def new_lot(lots: Table, used: Table, fen: int, tainted: int) -> int:
    """The number of a new lot of this many fen, of lost money (1) or of other money (0)."""
    lot: int = used[USED_LOTS]
    used[USED_LOTS] += 1
    lots[lot, FEN] = fen
    lots[lot, TAINTED] = tainted
    lots[lot, BEHIND] = NO_LOT
    return lot


@njit(inline="always")
def append(holders: Table, lots: Table, h: int, first: int) -> None:
    """Adds these lots as the newest; neighbours of one kind become one lot."""
    newest, last = holders[h, NEWEST], first
    if newest == NO_LOT:
        holders[h, OLDEST] = first
    elif lots[newest, TAINTED] == lots[first, TAINTED]:
        lots[newest, FEN] += lots[first, FEN]
        lots[newest, BEHIND] = lots[first, BEHIND]
        last = newest
    else:
        lots[newest, BEHIND] = first
    while lots[last, BEHIND] != NO_LOT:
        last = lots[last, BEHIND]
    holders[h, NEWEST] = last
