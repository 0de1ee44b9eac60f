"""The walk of lost money through the book, one lead at a time, exact to the fen.

An account that holds lost money is a *holder*: its balance, how much of it is tainted and, first in
first out, the queue of lots it consists of. Before a holder pays or receives tainted money its
balance is set to what the book says: what came in cleanly meanwhile joins as the newest lot, what
is missing is taken out as a payment nobody saw. All compiled functions of the walk are in this one
file, because the compiler's cache of a function does not notice a change in another file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from duanka.network.book import Book
    from duanka.network.loss import Losses

FIFO, PRO_RATA = 0, 1
NOBODY, VICTIM, NO_LOT = -1, -2, -1
NEVER = np.int64(1 << 40)
SAFE = np.int64(3_000_000_000)
"""Two numbers up to this multiply without overflow."""
ROOM = 1 << 18


class Limits(NamedTuple):
    """How far a walk goes; `attribution` is FIFO or PRO_RATA, `min_tainted` fen."""

    max_hops: int
    budget_edges: int
    min_tainted: int
    attribution: int


class Found(NamedTuple):
    """What the walks found.

    Shapes: `lead` … `terminal` one a payment of tainted money; `holder_lead` … `untraced` one a
        holder and lead; `edges`, `cut` one a lead.
    Units: `tainted`, `came`, `went`, `left`, `untraced` fen; `row` a row of the book.
    """

    lead: NDArray[np.int32]
    hop: NDArray[np.int32]
    row: NDArray[np.int32]
    tainted: NDArray[np.int64]
    terminal: NDArray[np.bool_]
    holder_lead: NDArray[np.int32]
    holder: NDArray[np.int32]
    came: NDArray[np.int64]
    went: NDArray[np.int64]
    left: NDArray[np.int64]
    untraced: NDArray[np.int64]
    edges: NDArray[np.int64]
    cut: NDArray[np.bool_]


class _Walk(NamedTuple):
    """Room for one walk at a time; `used` counts holders, lots and queued payments."""

    holder_of: NDArray[np.int32]
    used: NDArray[np.int64]
    account: NDArray[np.int32]
    depth: NDArray[np.int32]
    balance: NDArray[np.int64]
    taint: NDArray[np.int64]
    came: NDArray[np.int64]
    went: NDArray[np.int64]
    untraced: NDArray[np.int64]
    next_out: NDArray[np.int32]
    queued: NDArray[np.bool_]
    first_lot: NDArray[np.int32]
    last_lot: NDArray[np.int32]
    lot_fen: NDArray[np.int64]
    lot_tainted: NDArray[np.bool_]
    lot_next: NDArray[np.int32]
    queue_row: NDArray[np.int64]
    queue_holder: NDArray[np.int32]


HOLDERS, LOTS, QUEUED = 0, 1, 2


def walk(book: Book, losses: Losses, limits: Limits) -> Found:
    """Every payment of the lost money and every holder of it, lead by lead in the order given."""
    parts = list(_parts(book, losses, limits))
    return Found(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _parts(book: Book, losses: Losses, limits: Limits) -> Iterator[Found]:
    leads = len(losses.start) - 1
    most = int(np.diff(losses.start).max(initial=0)) + limits.budget_edges + 1
    room = _room(len(book.closing), most)
    done = 0
    while True:
        found = _blank(most + ROOM, leads)
        begun = done
        done, rows, holders = _walk_some(book, losses, limits, room, found, done)
        yield Found(
            *(a[:rows].copy() for a in found[:5]),
            *(a[:holders].copy() for a in found[5:11]),
            *(a[begun:done] for a in found[11:]),
        )
        if done == leads:
            return


def _blank(rows: int, leads: int) -> Found:
    kinds = (np.int32, np.int32, np.int32, np.int64, np.bool_, np.int32, np.int32)
    by_row = [np.empty(rows, kind) for kind in (*kinds, *[np.int64] * 4)]
    return Found(*by_row, np.zeros(leads, np.int64), np.zeros(leads, np.bool_))


def _room(accounts: int, most: int) -> _Walk:
    def fen(count: int = most) -> NDArray[np.int64]:
        return np.zeros(count, np.int64)

    def number(count: int = most) -> NDArray[np.int32]:
        return np.zeros(count, np.int32)

    # A payment makes at most three lots: what joined the payer, what joined the payee, and the
    # rest of a lot that was split; a loss transfer makes two and what joined its payee.
    lots = 3 * most + 3
    holders = (number(), number(), fen(), fen(), fen(), fen(), fen(), number())
    return _Walk(
        np.full(accounts, NOBODY, np.int32),
        fen(3),
        *holders,
        np.zeros(most, np.bool_),
        number(),
        number(),
        fen(lots),
        np.zeros(lots, np.bool_),
        number(lots),
        fen(),
        number(),
    )


@njit(cache=True)
def _walk_some(
    book: Book, losses: Losses, limits: Limits, w: _Walk, found: Found, lead: int
) -> tuple[int, int, int]:
    """The lead to go on with when `found` is full, and how many rows and holders were found."""
    rows = 0
    holders = 0
    most = len(w.account)
    while lead < len(losses.start) - 1 and max(rows, holders) + most <= len(found.lead):
        w.used[:] = 0
        first, last = losses.start[lead], losses.start[lead + 1]
        for i in range(first, last):
            w.holder_of[book.payer[losses.row[i]]] = VICTIM
        rows = _walk_one(book, losses, limits, w, found, lead, rows)
        for i in range(first, last):
            w.holder_of[book.payer[losses.row[i]]] = NOBODY
        holders = _settle(book, limits, w, found, lead, holders)
        lead += 1
    return lead, rows, holders


@njit(cache=True)
def _walk_one(
    book: Book, losses: Losses, limits: Limits, w: _Walk, found: Found, lead: int, rows: int
) -> int:
    i = losses.start[lead]
    while True:
        if found.edges[lead] >= limits.budget_edges and w.used[QUEUED] > 0:
            found.cut[lead] = True
            w.used[QUEUED] = 0
        loss_row = NEVER
        if i < losses.start[lead + 1]:
            loss_row = np.int64(losses.row[i])
        paid_row = w.queue_row[0] if w.used[QUEUED] > 0 else NEVER
        if loss_row == NEVER and paid_row == NEVER:
            return rows
        if loss_row < paid_row:
            _put(found, rows, lead, 1, loss_row, losses.fen[i], book.exits[book.payee[loss_row]])
            rows += 1
            amount = book.amount[loss_row]
            lots = _new_lot(w, losses.fen[i], True)
            if amount > losses.fen[i]:
                w.lot_next[lots] = _new_lot(w, amount - losses.fen[i], False)
            _receive(book, limits, w, loss_row, losses.fen[i], lots, 1)
            i += 1
        else:
            found.edges[lead] += 1
            rows += _pay(book, limits, w, found, lead, rows)


@njit(cache=True)
def _put(
    found: Found, at: int, lead: int, hop: int, row: int, tainted: int, terminal: bool
) -> None:
    found.lead[at] = lead
    found.hop[at] = hop
    found.row[at] = row
    found.tainted[at] = tainted
    found.terminal[at] = terminal


@njit(cache=True)
def _pay(book: Book, limits: Limits, w: _Walk, found: Found, lead: int, rows: int) -> int:
    """How many payments of tainted money the first queued payment turned out to be: one or none."""
    row, h = _unqueue(w)
    _set_balance(limits, w, h, book.payer_before[row])
    tainted, lots = _take(limits, w, h, book.amount[row])
    hop = w.depth[h] + 1
    payee = book.payee[row]
    followed = tainted >= limits.min_tainted and tainted > 0 and hop <= limits.max_hops
    if followed:
        w.went[h] += tainted
        to = w.holder_of[payee]
        quiet = book.out_start[payee] == book.out_start[payee + 1]
        ends = book.exits[payee] or to == VICTIM or quiet
        _put(found, rows, lead, hop, row, tainted, ends)
        if not book.exits[payee] and to != VICTIM:
            _receive(book, limits, w, row, tainted, lots, hop)
    else:
        w.untraced[h] += tainted
    w.next_out[h] += 1
    _keep_or_let_go(book, limits, w, h)
    return 1 if followed else 0


@njit(cache=True)
def _receive(
    book: Book, limits: Limits, w: _Walk, row: int, tainted: int, lots: int, hop: int
) -> None:
    account = book.payee[row]
    h = w.holder_of[account]
    if h == NOBODY:
        h = _new_holder(w, account)
    _set_balance(limits, w, h, book.payee_before[row])
    if w.taint[h] == 0 or hop < w.depth[h]:
        w.depth[h] = hop
    w.came[h] += tainted
    w.taint[h] += tainted
    w.balance[h] += book.amount[row]
    if limits.attribution == FIFO:
        _append(w, h, lots)
    if not w.queued[h]:
        w.next_out[h] = _first_after(book, account, row)
        _keep_or_let_go(book, limits, w, h)


@njit(cache=True)
def _new_holder(w: _Walk, account: int) -> int:
    h = w.used[HOLDERS]
    w.used[HOLDERS] += 1
    w.holder_of[account] = h
    w.account[h] = account
    w.balance[h] = 0
    w.taint[h] = 0
    w.came[h] = 0
    w.went[h] = 0
    w.untraced[h] = 0
    w.queued[h] = False
    w.first_lot[h] = NO_LOT
    w.last_lot[h] = NO_LOT
    return h


@njit(cache=True)
def _first_after(book: Book, account: int, row: int) -> int:
    low, high = book.out_start[account], book.out_start[account + 1]
    while low < high:
        middle = (low + high) // 2
        if book.outgoing[middle] <= row:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True)
def _keep_or_let_go(book: Book, limits: Limits, w: _Walk, h: int) -> None:
    """Queues the holder's next payment; a holder of less than the least is no holder any more."""
    if w.taint[h] < max(limits.min_tainted, 1):
        w.untraced[h] += w.taint[h]
        w.taint[h] = 0
        w.balance[h] = 0
        w.first_lot[h] = NO_LOT
        w.last_lot[h] = NO_LOT
    elif w.next_out[h] < book.out_start[w.account[h] + 1]:
        _queue(w, np.int64(book.outgoing[w.next_out[h]]), h)


@njit(cache=True)
def _set_balance(limits: Limits, w: _Walk, h: int, balance: int) -> None:
    """Brings the holder to the balance of the book: clean money joins, missing money leaves."""
    gap = balance - w.balance[h]
    if gap > 0:
        if limits.attribution == FIFO:
            _append(w, h, _new_lot(w, gap, False))
        w.balance[h] = balance
    elif gap < 0:
        tainted, _ = _take(limits, w, h, -gap)
        w.untraced[h] += tainted


@njit(cache=True)
def _take(limits: Limits, w: _Walk, h: int, fen: int) -> tuple[int, int]:
    """How much of `fen` that leave the holder is tainted, and the lots they consist of."""
    if limits.attribution == FIFO:
        tainted, lots = _oldest(w, h, fen)
    else:
        tainted, lots = share(fen, w.taint[h], w.balance[h]), NO_LOT
    w.taint[h] -= tainted
    w.balance[h] -= fen
    return tainted, lots


@njit(cache=True)
def _oldest(w: _Walk, h: int, fen: int) -> tuple[int, int]:
    head = w.first_lot[h]
    lot, before, tainted = head, NO_LOT, 0
    while fen > 0:
        if w.lot_fen[lot] > fen:
            rest = _new_lot(w, w.lot_fen[lot] - fen, w.lot_tainted[lot])
            w.lot_next[rest] = w.lot_next[lot]
            w.lot_next[lot] = rest
            w.lot_fen[lot] = fen
            if w.last_lot[h] == lot:
                w.last_lot[h] = rest
        fen -= w.lot_fen[lot]
        if w.lot_tainted[lot]:
            tainted += w.lot_fen[lot]
        before, lot = lot, w.lot_next[lot]
    w.first_lot[h] = lot
    if lot == NO_LOT:
        w.last_lot[h] = NO_LOT
    if before == NO_LOT:
        return 0, NO_LOT
    w.lot_next[before] = NO_LOT
    return tainted, head


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
def _new_lot(w: _Walk, fen: int, tainted: bool) -> int:
    lot = w.used[LOTS]
    w.used[LOTS] += 1
    w.lot_fen[lot] = fen
    w.lot_tainted[lot] = tainted
    w.lot_next[lot] = NO_LOT
    return lot


@njit(cache=True)
def _append(w: _Walk, h: int, lots: int) -> None:
    """Adds these lots as the newest; neighbours of one kind become one lot."""
    last = w.last_lot[h]
    if last == NO_LOT:
        w.first_lot[h] = lots
    elif w.lot_tainted[last] == w.lot_tainted[lots]:
        w.lot_fen[last] += w.lot_fen[lots]
        w.lot_next[last] = w.lot_next[lots]
        lots = last
    else:
        w.lot_next[last] = lots
    while w.lot_next[lots] != NO_LOT:
        lots = w.lot_next[lots]
    w.last_lot[h] = lots


@njit(cache=True)
def _queue(w: _Walk, row: int, h: int) -> None:
    """Adds a payment to the queue, a binary heap by row."""
    at = w.used[QUEUED]
    w.used[QUEUED] += 1
    while at > 0 and w.queue_row[(at - 1) // 2] > row:
        w.queue_row[at] = w.queue_row[(at - 1) // 2]
        w.queue_holder[at] = w.queue_holder[(at - 1) // 2]
        at = (at - 1) // 2
    w.queue_row[at] = row
    w.queue_holder[at] = h
    w.queued[h] = True


@njit(cache=True)
def _unqueue(w: _Walk) -> tuple[int, int]:
    """The first payment of the queue, its row and its holder."""
    row, h = w.queue_row[0], w.queue_holder[0]
    w.queued[h] = False
    w.used[QUEUED] -= 1
    count = w.used[QUEUED]
    moved_row, moved_holder = w.queue_row[count], w.queue_holder[count]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= count:
            break
        if child + 1 < count and w.queue_row[child + 1] < w.queue_row[child]:
            child += 1
        if w.queue_row[child] >= moved_row:
            break
        w.queue_row[at] = w.queue_row[child]
        w.queue_holder[at] = w.queue_holder[child]
        at = child
    w.queue_row[at] = moved_row
    w.queue_holder[at] = moved_holder
    return row, h


@njit(cache=True)
def _settle(book: Book, limits: Limits, w: _Walk, found: Found, lead: int, at: int) -> int:
    """Writes down the holders of a finished walk and empties the room."""
    for h in range(w.used[HOLDERS]):
        if w.taint[h] > 0:
            _set_balance(limits, w, h, book.closing[w.account[h]])
        found.holder_lead[at] = lead
        found.holder[at] = w.account[h]
        found.came[at] = w.came[h]
        found.went[at] = w.went[h]
        found.left[at] = w.taint[h]
        found.untraced[at] = w.untraced[h]
        w.holder_of[w.account[h]] = NOBODY
        at += 1
    return at
