"""The steps of a walk of lost money through the book, compiled, exact to the fen.

An account that holds lost money is a *holder*: its balance, how much of it is tainted and, first in
first out, the queue of lots it consists of. Before a holder pays or receives tainted money its
balance is set to what the book says: what came in cleanly meanwhile joins as the newest lot, what
is missing is taken out as a payment nobody saw. The steps stand in one file, because the compiler's
cache of a function does not notice a change in another file (after one in `heap`, touch this).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

from duanka.network import heap
from duanka.network.book import AMOUNT, CLOSING, END, EXIT, FIRST, PAYEE, PAYEE_HAD, PAYER_HAD, ROW

if TYPE_CHECKING:
    from duanka.network.walk import Found, Seeds, Walk

FIFO, PRO_RATA = 0, 1
NOBODY, VICTIM, NO_LOT = -1, -2, -1
SAFE = 3_000_000_000
"""Two numbers up to this multiply without overflow."""
NEVER = 1 << 62
HOLDER_BITS = 31

USED_HOLDERS, USED_LOTS, QUEUED = range(3)
(ACCOUNT, HOP, BALANCE, TAINT, CAME, WENT, UNTRACED, NEXT, LAST, WAITS, OLDEST, NEWEST) = range(12)
FEN, TAINTED, BEHIND = range(3)


@njit(cache=True)
def walk_some(w: Walk, seeds: Seeds, found: Found, lead: int) -> tuple[int, int, int]:
    """The lead to go on with when `found` is full, and how many rows and holders were found."""
    rows, holders = 0, 0
    while lead < len(found.ends) and max(rows, holders) + len(w.holders) <= len(found.flow):
        w.used[:] = 0
        for i in range(seeds.start[lead], seeds.start[lead + 1]):
            w.holder_of[seeds.victim[i]] = VICTIM
        rows = _walk_one(w, seeds, found, lead, rows)
        for i in range(seeds.start[lead], seeds.start[lead + 1]):
            w.holder_of[seeds.victim[i]] = NOBODY
        holders = _settle(w, found, lead, holders)
        lead += 1
    return lead, rows, holders


@njit(cache=True)
def _walk_one(w: Walk, seeds: Seeds, found: Found, lead: int, rows: int) -> int:
    """How many rows are found once this lead's money is followed to its end or its budget's."""
    i = seeds.start[lead]
    edges = 0
    while True:
        if edges >= w.limits.budget_edges and w.used[QUEUED] > 0:
            found.ends[lead, 1] = 1
            w.used[QUEUED] = 0
        lost = NEVER
        if i < seeds.start[lead + 1]:
            lost = w.paid[seeds.place[i], ROW] << HOLDER_BITS
        paid = w.queue[0] if w.used[QUEUED] > 0 else NEVER
        if lost == NEVER and paid == NEVER:
            found.ends[lead, 0] = edges
            return rows
        if lost < paid:
            tainted, hop, k, terminal = _lose(w, seeds, i)
            i += 1
        else:
            tainted, hop, k, terminal = _pay(w)
            edges += 1
        if hop > 0:
            row = (lead, hop, w.paid[k, ROW], tainted, terminal)
            for column in range(5):
                found.flow[rows, column] = row[column]
            rows += 1


@njit(cache=True)
def _lose(w: Walk, seeds: Seeds, i: int) -> tuple[int, int, int, int]:
    k, fen = seeds.place[i], seeds.fen[i]
    lots = NO_LOT
    if w.limits.attribution == FIFO:
        lots = _new_lot(w, fen, 1)
        if w.paid[k, AMOUNT] > fen:
            w.lots[lots, BEHIND] = _new_lot(w, w.paid[k, AMOUNT] - fen, 0)
    return fen, 1, k, _receive(w, k, fen, lots, 1)


@njit(cache=True)
def _pay(w: Walk) -> tuple[int, int, int, int]:
    """The first queued payment: its tainted part, hop, place and whether a path ends there.

    The hop is 0 where nothing tainted moved that is followed on.
    """
    h = w.queue[0] & ((1 << HOLDER_BITS) - 1)
    w.used[QUEUED] = heap.pop(w.queue, w.used[QUEUED])
    me = w.holders[h]
    me[WAITS] = 0
    k = me[NEXT]
    _set_balance(w, h, w.paid[k, PAYER_HAD])
    tainted, lots = _take(w, h, w.paid[k, AMOUNT])
    hop = me[HOP] + 1
    terminal = 0
    if tainted == 0 or tainted < w.limits.least or hop > w.limits.max_hops:
        me[UNTRACED] += tainted
        hop = 0
    else:
        me[WENT] += tainted
        terminal = _receive(w, k, tainted, lots, hop)
    me[NEXT] += 1
    _keep_or_let_go(w, h)
    return tainted, hop, k, terminal


@njit(cache=True)
def _receive(w: Walk, k: int, tainted: int, lots: int, hop: int) -> int:
    """1 if a path ends with this payment; otherwise, or if it may go on, its payee holds it."""
    account = w.paid[k, PAYEE]
    h = w.holder_of[account]
    if h == VICTIM or w.accounts[account, EXIT]:
        return 1
    if h == NOBODY:
        h = _new_holder(w, account)
    me = w.holders[h]
    _set_balance(w, h, w.paid[k, PAYEE_HAD])
    if me[TAINT] == 0 or hop < me[HOP]:
        me[HOP] = hop
    me[CAME] += tainted
    me[TAINT] += tainted
    me[BALANCE] += w.paid[k, AMOUNT]
    if w.limits.attribution == FIFO:
        _append(w, h, lots)
    if not me[WAITS]:
        me[NEXT] = _first_after(w, me[NEXT], me[LAST], w.paid[k, ROW])
        _keep_or_let_go(w, h)
    return int(w.accounts[account, FIRST] == me[LAST])


@njit(cache=True)
def _new_holder(w: Walk, account: int) -> int:
    h: int = w.used[USED_HOLDERS]
    w.used[USED_HOLDERS] += 1
    w.holder_of[account] = h
    me = w.holders[h]
    me[:] = 0
    me[ACCOUNT] = account
    me[NEXT] = w.accounts[account, FIRST]
    me[LAST] = w.accounts[account, END]
    me[OLDEST] = NO_LOT
    me[NEWEST] = NO_LOT
    return h


@njit(cache=True)
def _first_after(w: Walk, low: int, high: int, row: int) -> int:
    while low < high:
        middle = (low + high) // 2
        if w.paid[middle, ROW] <= row:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True)
def _keep_or_let_go(w: Walk, h: int) -> None:
    """Queues the holder's next payment; a holder of less than the least is no holder any more."""
    me = w.holders[h]
    if me[TAINT] < max(w.limits.least, 1):
        me[UNTRACED] += me[TAINT]
        me[TAINT] = 0
        me[BALANCE] = 0
        me[OLDEST] = NO_LOT
        me[NEWEST] = NO_LOT
    elif me[NEXT] < me[LAST]:
        key = (w.paid[me[NEXT], ROW] << HOLDER_BITS) | h
        w.used[QUEUED] = heap.push(w.queue, w.used[QUEUED], key)
        me[WAITS] = 1


@njit(cache=True)
def _set_balance(w: Walk, h: int, balance: int) -> None:
    """Brings the holder to the balance of the book: clean money joins, missing money leaves."""
    me = w.holders[h]
    gap = balance - me[BALANCE]
    if gap > 0:
        if w.limits.attribution == FIFO:
            _append(w, h, _new_lot(w, gap, 0))
        me[BALANCE] = balance
    elif gap < 0:
        tainted, _ = _take(w, h, -gap)
        me[UNTRACED] += tainted


@njit(cache=True)
def _take(w: Walk, h: int, fen: int) -> tuple[int, int]:
    """How much of `fen` that leave the holder is tainted, and the lots they consist of."""
    me = w.holders[h]
    if w.limits.attribution == FIFO:
        tainted, lots = _oldest(w, h, fen)
    else:
        tainted, lots = share(fen, me[TAINT], me[BALANCE]), NO_LOT
    me[TAINT] -= tainted
    me[BALANCE] -= fen
    return tainted, lots


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
def _oldest(w: Walk, h: int, fen: int) -> tuple[int, int]:
    """The tainted part of the oldest `fen` of the holder, and the first of their lots."""
    me = w.holders[h]
    head = me[OLDEST]
    lot, before, tainted = head, NO_LOT, 0
    while fen > 0:
        mine = w.lots[lot]
        if mine[FEN] > fen:
            rest = _new_lot(w, mine[FEN] - fen, mine[TAINTED])
            w.lots[rest, BEHIND] = mine[BEHIND]
            mine[BEHIND] = rest
            mine[FEN] = fen
            if me[NEWEST] == lot:
                me[NEWEST] = rest
        fen -= mine[FEN]
        tainted += mine[FEN] * mine[TAINTED]
        before, lot = lot, mine[BEHIND]
    me[OLDEST] = lot
    if lot == NO_LOT:
        me[NEWEST] = NO_LOT
    w.lots[before, BEHIND] = NO_LOT
    return tainted, head


@njit(cache=True)
def _new_lot(w: Walk, fen: int, tainted: int) -> int:
    lot: int = w.used[USED_LOTS]
    w.used[USED_LOTS] += 1
    w.lots[lot, FEN] = fen
    w.lots[lot, TAINTED] = tainted
    w.lots[lot, BEHIND] = NO_LOT
    return lot


@njit(cache=True)
def _append(w: Walk, h: int, lots: int) -> None:
    """Adds these lots as the newest; neighbours of one kind become one lot."""
    newest = w.holders[h, NEWEST]
    if newest == NO_LOT:
        w.holders[h, OLDEST] = lots
    elif w.lots[newest, TAINTED] == w.lots[lots, TAINTED]:
        w.lots[newest, FEN] += w.lots[lots, FEN]
        w.lots[newest, BEHIND] = w.lots[lots, BEHIND]
        lots = newest
    else:
        w.lots[newest, BEHIND] = lots
    while w.lots[lots, BEHIND] != NO_LOT:
        lots = w.lots[lots, BEHIND]
    w.holders[h, NEWEST] = lots


@njit(cache=True)
def _settle(w: Walk, found: Found, lead: int, at: int) -> int:
    """How many holders are written down, once those of this walk are; empties the room."""
    for h in range(w.used[USED_HOLDERS]):
        me = w.holders[h]
        if me[TAINT] > 0:
            _set_balance(w, h, w.accounts[me[ACCOUNT], CLOSING])
        w.holder_of[me[ACCOUNT]] = NOBODY
        row = (lead, me[ACCOUNT], me[CAME], me[WENT], me[TAINT], me[UNTRACED])
        for column in range(6):
            found.holding[at, column] = row[column]
        at += 1
    return at
