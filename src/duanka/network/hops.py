"""The steps of a walk of lost money through the book, compiled, exact to the fen.

An account that holds lost money is a *holder*: its balance, how much of it is tainted and, first in
first out, the queue of lots it consists of. Before a holder pays or receives tainted money its
balance is set to what the book says: what came in cleanly meanwhile joins as the newest lot, what
is missing is taken out as a payment nobody saw.

The compiler's cache of a function does not notice a change in another file: after one in `heap` or
`purse`, touch this. The steps are laid into one another (`inline`) and are given
the arrays one by one, where records of arrays would read better: what is taken out of a record is
counted at every step, which took more than half of the time.
"""
# ruff: noqa: PLR0917 - compiled by numba, which takes no keywords

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

from duanka.network import heap
from duanka.network.book import (
    AFTER,
    AMOUNT,
    CLOSING,
    END,
    EXIT,
    FIRST,
    PAYEE,
    PAYEE_HAD,
    PAYER_HAD,
    ROW,
)
from duanka.network.purse import (
    ACCOUNT,
    BALANCE,
    BEHIND,
    CAME,
    FIFO,
    HOP,
    LAST,
    NEWEST,
    NEXT,
    NO_LOT,
    OLDEST,
    QUEUED,
    TAINT,
    UNTRACED,
    USED_HOLDERS,
    WAITS,
    WENT,
    append,
    new_lot,
    set_balance,
    take,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from duanka.network.walk import Found, Limits, Seeds, Walk

    Table = NDArray[np.int64]
    Short = NDArray[np.int32]

NOBODY, VICTIM = -1, -2
NEVER = 1 << 62
HOLDER_BITS = 31


@njit(cache=True)
def walk_some(w: Walk, seeds: Seeds, found: Found, lead: int) -> tuple[int, int, int]:
    """The lead to go on with when `found` is full, and how many rows and holders were found."""
    rows, holders = 0, 0
    while lead < len(found.ends) and max(rows, holders) + len(w.holders) <= len(found.flow):
        w.used[:] = 0
        first, end = seeds.start[lead], seeds.start[lead + 1]
        for i in range(first, end):
            w.holder_of[seeds.victim[i]] = VICTIM
        begun = rows
        rows = _walk_one(
            w.paid, w.accounts, w.holder_of, w.holders, w.lots, w.queue, w.used, w.limits,
            seeds.place[first:end], seeds.fen[first:end], found.flow, found.ends[lead], rows,
        )  # fmt: skip
        for i in range(begun, rows):
            found.flow[i, 0] = lead
        for i in range(first, end):
            w.holder_of[seeds.victim[i]] = NOBODY
        holders = _settle(
            w.accounts, w.holder_of, w.holders, w.lots, w.used, w.limits, found.holding, lead, holders
        )  # fmt: skip
        lead += 1
    return lead, rows, holders


@njit(cache=True)
def _walk_one(
    paid: Table,
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
            parts = _lost(lots, used, limits, tainted, paid[k, AMOUNT])
            i += 1
        else:
            payer = due & ((1 << HOLDER_BITS) - 1)
            k, hop = holders[payer, NEXT], holders[payer, HOP] + 1
            set_balance(holders, lots, used, limits, payer, paid[k, PAYER_HAD])
            tainted, parts = take(holders, lots, used, limits, payer, paid[k, AMOUNT])
            if tainted == 0 or tainted < limits.least or hop > limits.max_hops:
                holders[payer, UNTRACED] += tainted
                hop = 0
            else:
                holders[payer, WENT] += tainted
            edges += 1
        if hop > 0:
            payee = _payee(accounts, holder_of, holders, used, paid[k, PAYEE])
            terminal = 1
            if payee != VICTIM:
                set_balance(holders, lots, used, limits, payee, paid[k, PAYEE_HAD])
                _receive(holders, lots, limits, payee, paid[k, AMOUNT], tainted, parts, hop)
                if holders[payee, WAITS] == 0:
                    holders[payee, NEXT] = max(holders[payee, NEXT], paid[k, AFTER])
                    _keep_or_let_go(holders, limits, payee)
                    if holders[payee, WAITS] == 1:
                        key = (paid[holders[payee, NEXT], ROW] << HOLDER_BITS) | payee
                        used[QUEUED] = heap.push(queue, used[QUEUED], key)
                terminal = int(accounts[paid[k, PAYEE], FIRST] == holders[payee, LAST])
            flow[rows, 1], flow[rows, 2] = hop, paid[k, ROW]
            flow[rows, 3], flow[rows, 4] = tainted, terminal
            rows += 1
        if payer != NOBODY:
            holders[payer, NEXT] += 1
            _keep_or_let_go(holders, limits, payer)
            if holders[payer, WAITS] == 1:
                # whoever was queued meanwhile pays later: the payer still stands first
                key = (paid[holders[payer, NEXT], ROW] << HOLDER_BITS) | payer
                heap.sink(queue, used[QUEUED], key)
            else:
                used[QUEUED] = heap.pop(queue, used[QUEUED])


@njit(inline="always")
def _lost(lots: Table, used: Table, limits: Limits, fen: int, amount: int) -> int:
    """The lots of a loss transfer of this amount, of which `fen` were lost."""
    first = NO_LOT
    if limits.attribution == FIFO:
        first = new_lot(lots, used, fen, 1)
        if amount > fen:
            lots[first, BEHIND] = new_lot(lots, used, amount - fen, 0)
    return first


@njit(inline="always")
def _payee(accounts: Table, holder_of: Short, holders: Table, used: Table, account: int) -> int:
    """The holder that this account is or becomes; VICTIM where a path ends."""
    h: int = holder_of[account]
    if accounts[account, EXIT]:
        h = VICTIM
    elif h == NOBODY:
        h = used[USED_HOLDERS]
        used[USED_HOLDERS] += 1
        holder_of[account] = h
        holders[h, :] = 0
        holders[h, ACCOUNT] = account
        holders[h, NEXT] = accounts[account, FIRST]
        holders[h, LAST] = accounts[account, END]
        holders[h, OLDEST] = NO_LOT
        holders[h, NEWEST] = NO_LOT
    return h


@njit(inline="always")
def _receive(
    holders: Table,
    lots: Table,
    limits: Limits,
    h: int,
    amount: int,
    tainted: int,
    parts: int,
    hop: int,
) -> None:
    """The holder, brought to its balance, gets this amount with its tainted part."""
    if holders[h, TAINT] == 0 or hop < holders[h, HOP]:
        holders[h, HOP] = hop
    holders[h, CAME] += tainted
    holders[h, TAINT] += tainted
    holders[h, BALANCE] += amount
    if limits.attribution == FIFO:
        append(holders, lots, h, parts)


@njit(inline="always")
def _keep_or_let_go(holders: Table, limits: Limits, h: int) -> None:
    """Whether the holder waits for its next payment; one of less than the least is no holder any more."""
    holders[h, WAITS] = 0
    if holders[h, TAINT] < max(limits.least, 1):
        holders[h, UNTRACED] += holders[h, TAINT]
        holders[h, TAINT] = 0
        holders[h, BALANCE] = 0
        holders[h, OLDEST] = NO_LOT
        holders[h, NEWEST] = NO_LOT
    elif holders[h, NEXT] < holders[h, LAST]:
        holders[h, WAITS] = 1


@njit(cache=True)
def _settle(
    accounts: Table,
    holder_of: Short,
    holders: Table,
    lots: Table,
    used: Table,
    limits: Limits,
    holding: Table,
    lead: int,
    at: int,
) -> int:
    """How many holders are written down, once those of this walk are; empties the room."""
    for h in range(used[USED_HOLDERS]):
        account = holders[h, ACCOUNT]
        if holders[h, TAINT] > 0:
            set_balance(holders, lots, used, limits, h, accounts[account, CLOSING])
        holder_of[account] = NOBODY
        holding[at, 0], holding[at, 1] = lead, account
        holding[at, 2], holding[at, 3] = holders[h, CAME], holders[h, WENT]
        holding[at, 4], holding[at, 5] = holders[h, TAINT], holders[h, UNTRACED]
        at += 1
    return at
