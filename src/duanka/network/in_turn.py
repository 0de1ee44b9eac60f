"""Lost money followed first in first out, compiled: the fen of an account leave in the order in which they came.

The book numbers the fen of each account (`OUT`, `INTO`), for no lead has a part in that order. So a
holder's lost money is a queue of *lots*, stretches of such numbers; the payment that spends the
oldest is searched for and not walked up to, and what lies between costs nothing.

A part of the walk of `hops`, which is given the arrays one by one for the reason told there.
"""
# ruff: noqa: PLR0917 - compiled by numba, which takes no keywords

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

from duanka.network import heap
from duanka.network.book import AFTER, AMOUNT, FIRST, INTO, OUT, PAYEE, PAYEE_HAD, ROW
from duanka.network.holders import holder_at
from duanka.network.purse import (
    BEGIN,
    BEHIND,
    CAME,
    HOLDER_BITS,
    HOP,
    LAST,
    NEVER,
    NEWEST,
    NEXT,
    NO_LOT,
    NOBODY,
    OLDEST,
    QUEUED,
    STOP,
    TAINT,
    UNTRACED,
    USED_LOTS,
    VICTIM,
    WAITS,
    WENT,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from duanka.network.walk import Limits

    Table = NDArray[np.int64]
    Short = NDArray[np.int32]


@njit(cache=True)
def walk_one(
    paid: Table,
    out_end: Table,
    accounts: Table,
    holder_of: Short,
    holders: Table,
    lots: Table,
    queue: Table,
    used: Table,
    limits: Limits,
    places: Short,
    fens: Table,
    flow: Table,
    ends: Table,
    rows: int,
) -> int:
    """How many rows are found once this lead's money is followed to its end or its budget's."""
    i, edges = 0, 0
    while True:
        if edges >= limits.budget_edges and used[QUEUED] > 0:
            ends[1] = 1
            used[QUEUED] = 0
        lost, due = NEVER, NEVER
        if i < len(places):
            lost = paid[places[i], ROW] << HOLDER_BITS
        if used[QUEUED] > 0:
            due = queue[0]
        if lost == NEVER and due == NEVER:
            ends[0] = edges
            return rows
        payer, k, hop, tainted = NOBODY, 0, 1, 0
        if lost < due:
            k, tainted = places[i], fens[i]
            parts = new_lot(lots, used, 0, tainted)
            i += 1
        else:
            payer = due & ((1 << HOLDER_BITS) - 1)
            k, hop = holders[payer, NEXT], holders[payer, HOP] + 1
            tainted, parts = _spend(holders, lots, used, payer, paid[k, OUT], paid[k, AMOUNT])
            if tainted < limits.least or hop > limits.max_hops:
                holders[payer, UNTRACED] += tainted
                hop = 0
            else:
                holders[payer, WENT] += tainted
            edges += 1
        if hop > 0:
            payee = holder_at(accounts, holder_of, holders, used, paid[k, PAYEE])
            terminal = 1
            if payee != VICTIM:
                into = paid[k, INTO]
                let_leave(holders, lots, payee, into - paid[k, PAYEE_HAD])
                if holders[payee, TAINT] == 0 or hop < holders[payee, HOP]:
                    holders[payee, HOP] = hop
                holders[payee, CAME] += tainted
                holders[payee, TAINT] += tainted
                _append(holders, lots, payee, parts, into)
                if holders[payee, WAITS] == 0:
                    holders[payee, NEXT] = max(holders[payee, NEXT], paid[k, AFTER])
                    _look_ahead(out_end, paid, holders, lots, limits, payee)
                    if holders[payee, WAITS] == 1:
                        key = (paid[holders[payee, NEXT], ROW] << HOLDER_BITS) | payee
                        used[QUEUED] = heap.push(queue, used[QUEUED], key)
                terminal = int(accounts[paid[k, PAYEE], FIRST] == holders[payee, LAST])
            flow[rows, 1], flow[rows, 2] = hop, paid[k, ROW]
            flow[rows, 3], flow[rows, 4] = tainted, terminal
            rows += 1
        if payer != NOBODY:
            holders[payer, NEXT] += 1
            _look_ahead(out_end, paid, holders, lots, limits, payer)
            if holders[payer, WAITS] == 1:
                # whoever was queued meanwhile pays later: the payer still stands first
                key = (paid[holders[payer, NEXT], ROW] << HOLDER_BITS) | payer
                heap.sink(queue, used[QUEUED], key)
            else:
                used[QUEUED] = heap.pop(queue, used[QUEUED])


@njit(inline="always")
def let_leave(holders: Table, lots: Table, h: int, gone: int) -> None:
    """The holder's lost money among the first `gone` fen of its account has left, and nobody saw where to."""
    lot = holders[h, OLDEST]
    while lot != NO_LOT and lots[lot, BEGIN] < gone:
        part = min(lots[lot, STOP], gone) - lots[lot, BEGIN]
        holders[h, TAINT] -= part
        holders[h, UNTRACED] += part
        lots[lot, BEGIN] += part
        if lots[lot, BEGIN] < lots[lot, STOP]:
            break
        lot = lots[lot, BEHIND]
    holders[h, OLDEST] = lot


@njit(inline="always")
def _spend(
    holders: Table, lots: Table, used: Table, h: int, out: int, amount: int
) -> tuple[int, int]:
    """The lost money among the `amount` fen that leave from `out` on, and its lots, counted from the payment's first fen."""
    let_leave(holders, lots, h, out)
    lot, head, before, tainted = holders[h, OLDEST], NO_LOT, NO_LOT, 0
    while lot != NO_LOT and lots[lot, BEGIN] < out + amount:
        if lots[lot, STOP] > out + amount:
            rest = new_lot(lots, used, out + amount, lots[lot, STOP])
            lots[rest, BEHIND] = lots[lot, BEHIND]
            lots[lot, BEHIND] = rest
            lots[lot, STOP] = out + amount
            if holders[h, NEWEST] == lot:
                holders[h, NEWEST] = rest
        lots[lot, BEGIN] -= out
        lots[lot, STOP] -= out
        tainted += lots[lot, STOP] - lots[lot, BEGIN]
        if head == NO_LOT:
            head = lot
        before, lot = lot, lots[lot, BEHIND]
    if before != NO_LOT:
        lots[before, BEHIND] = NO_LOT
    holders[h, OLDEST] = lot
    holders[h, TAINT] -= tainted
    return tainted, head


@njit(inline="always")
def _append(holders: Table, lots: Table, h: int, parts: int, into: int) -> None:
    """Adds these lots of a payment, whose first fen becomes the account's fen `into`."""
    if holders[h, OLDEST] == NO_LOT:
        holders[h, OLDEST] = parts
    else:
        lots[holders[h, NEWEST], BEHIND] = parts
    while parts != NO_LOT:
        lots[parts, BEGIN] += into
        lots[parts, STOP] += into
        holders[h, NEWEST] = parts
        parts = lots[parts, BEHIND]


@njit(inline="always")
def _look_ahead(
    out_end: Table, paid: Table, holders: Table, lots: Table, limits: Limits, h: int
) -> None:
    """Which payment, from NEXT on, is the first to spend lost money; one of less than the least is no holder any more."""
    holders[h, WAITS] = 0
    if holders[h, TAINT] < max(limits.least, 1):
        holders[h, UNTRACED] += holders[h, TAINT]
        holders[h, TAINT] = 0
        holders[h, OLDEST] = NO_LOT
    lot, k, last = holders[h, OLDEST], holders[h, NEXT], holders[h, LAST]
    while lot != NO_LOT and k < last:
        k = _first_beyond(out_end, k, last, lots[lot, BEGIN])
        if k < last and paid[k, OUT] < lots[lot, STOP]:
            holders[h, WAITS] = 1
            break
        lot = lots[lot, BEHIND]
    holders[h, NEXT] = k


@njit(inline="always")
def _first_beyond(out_end: Table, k: int, last: int, fen: int) -> int:
    """The first payment from `k` on that spends a fen beyond this one, or this one itself; `last` if none does."""
    step = 1
    while k < last and out_end[k] <= fen:
        # in strides that double, back to small ones where one went too far
        far = k + step
        if far < last and out_end[far] <= fen:
            k, step = far, 2 * step
        elif step > 1:
            step = step // 2
        else:
            k += 1
    return k


@njit(inline="always")
def new_lot(lots: Table, used: Table, begin: int, stop: int) -> int:
    """The number of a new lot of these fen."""
    lot: int = used[USED_LOTS]
    used[USED_LOTS] += 1
    lots[lot, BEGIN] = begin
    lots[lot, STOP] = stop
    lots[lot, BEHIND] = NO_LOT
    return lot
