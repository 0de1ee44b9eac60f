"""Lost money followed pro-rata, compiled: every payment takes along its share of the payer's balance.

Most payments take less than the least that is followed. They change nobody but their payer, so a
holder's are gone through in one go up to the first that is followed; an arrival before that takes
the holder back to where it then stood. Payments looked at twice count twice here: where that makes
more than the budget, the walk is done again by `steps`, payment by payment, which says what the
budget cuts.

A part of the walk of `hops`, which is given the arrays one by one for the reason told there.
"""
# ruff: noqa: PLR0917 - compiled by numba, which takes no keywords

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

from duanka.network import heap, steps
from duanka.network.book import AFTER, AMOUNT, FIRST, PAYEE, PAYEE_HAD, PAYER_HAD, ROW
from duanka.network.holders import holder_at, set_balance
from duanka.network.purse import (
    ACCOUNT,
    BALANCE,
    CAME,
    HOLDER_BITS,
    HOP,
    LAST,
    NEVER,
    NEXT,
    NOBODY,
    QUEUED,
    TAINT,
    UNTRACED,
    USED_HOLDERS,
    VICTIM,
    WAITS,
    WENT,
    share,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from duanka.network.walk import Limits

    Table = NDArray[np.int64]
    Short = NDArray[np.int32]

DUE, DUE_TAINT, DUE_BALANCE, DUE_UNTRACED = range(4)
"""What is seen ahead of a holder: its next payment that is followed, and how it will then stand."""
TOO_MANY = -1


@njit(cache=True)
def walk_one(
    paid: Table,
    accounts: Table,
    holder_of: Short,
    holders: Table,
    ahead: Table,
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
    found = _walk(
        paid, accounts, holder_of, holders, ahead, queue, used, limits, places, fens, flow, ends, rows
    )  # fmt: skip
    if found != TOO_MANY:
        return found
    for h in range(used[USED_HOLDERS]):
        holder_of[holders[h, ACCOUNT]] = NOBODY
    used[:] = 0
    return steps.walk_one(
        paid, accounts, holder_of, holders, queue, used, limits, places, fens, flow, ends, rows
    )


@njit(cache=True)
def _walk(
    paid: Table,
    accounts: Table,
    holder_of: Short,
    holders: Table,
    ahead: Table,
    queue: Table,
    used: Table,
    limits: Limits,
    places: Short,
    fens: Table,
    flow: Table,
    ends: Table,
    rows: int,
) -> int:
    """The same, or TOO_MANY once more payments were looked at than the budget allows."""
    i, edges, looks = 0, 0, limits.budget_edges
    least = max(limits.least, 1)
    while True:
        lost, due = NEVER, NEVER
        if i < len(places):
            lost = paid[places[i], ROW] << HOLDER_BITS
        if used[QUEUED] > 0:
            due = queue[0]
        if lost == NEVER and due == NEVER:
            break
        payer, k, hop, tainted = NOBODY, 0, 1, 0
        if lost < due:
            k, tainted = places[i], fens[i]
            i += 1
        else:
            payer = due & ((1 << HOLDER_BITS) - 1)
            k, hop = ahead[payer, DUE], holders[payer, HOP] + 1
            if holders[payer, WAITS] == 0 or paid[k, ROW] != due >> HOLDER_BITS:
                # an arrival had changed what is due
                used[QUEUED] = heap.pop(queue, used[QUEUED])
                continue
            edges += _advance(holders, ahead, payer) + 1
            set_balance(holders, payer, paid[k, PAYER_HAD])
            tainted = share(paid[k, AMOUNT], holders[payer, TAINT], holders[payer, BALANCE])
            holders[payer, TAINT] -= tainted
            holders[payer, BALANCE] -= paid[k, AMOUNT]
            holders[payer, WENT] += tainted
            holders[payer, NEXT] = k + 1
            looks -= 1
        payee = holder_at(accounts, holder_of, holders, used, paid[k, PAYEE])
        terminal = 1
        if payee != VICTIM:
            edges, looks = _receive(
                paid, holders, ahead, queue, used, limits, payee, k, tainted, hop, edges, looks
            )
            terminal = int(accounts[paid[k, PAYEE], FIRST] == holders[payee, LAST])
        flow[rows, 1], flow[rows, 2] = hop, paid[k, ROW]
        flow[rows, 3], flow[rows, 4] = tainted, terminal
        rows += 1
        if payer != NOBODY:
            if holders[payer, TAINT] < least:
                _let_go(holders, payer)
            looks = _look_ahead(paid, holders, ahead, limits, payer, looks)
            if holders[payer, WAITS] == 1:
                # whoever was queued meanwhile pays later: the payer still stands first
                key = (paid[ahead[payer, DUE], ROW] << HOLDER_BITS) | payer
                heap.sink(queue, used[QUEUED], key)
            else:
                used[QUEUED] = heap.pop(queue, used[QUEUED])
        if looks < 0:
            return TOO_MANY
    for h in range(used[USED_HOLDERS]):
        edges += _advance(holders, ahead, h)
    ends[0] = edges
    return rows


@njit(inline="always")
def _receive(
    paid: Table,
    holders: Table,
    ahead: Table,
    queue: Table,
    used: Table,
    limits: Limits,
    h: int,
    k: int,
    tainted: int,
    hop: int,
    edges: int,
    looks: int,
) -> tuple[int, int]:
    """Payments looked at, and looks left, once the holder has got the tainted part of payment `k`."""
    least, after = max(limits.least, 1), paid[k, AFTER]
    before = holders[h, NEXT]
    if holders[h, TAINT] > 0:
        holders[h, NEXT], holders[h, TAINT], holders[h, BALANCE], holders[h, UNTRACED] = _pass_by(
            paid, before, after, NEVER, least,
            (holders[h, TAINT], holders[h, BALANCE], holders[h, UNTRACED]),
        )  # fmt: skip
        edges += holders[h, NEXT] - before
        looks -= holders[h, NEXT] - before
    waited = holders[h, TAINT] > 0 and after < holders[h, LAST]
    holders[h, NEXT] = after
    set_balance(holders, h, paid[k, PAYEE_HAD])
    if holders[h, TAINT] == 0 or hop < holders[h, HOP]:
        holders[h, HOP] = hop
    holders[h, CAME] += tainted
    holders[h, TAINT] += tainted
    holders[h, BALANCE] += paid[k, AMOUNT]
    if not waited and holders[h, TAINT] < least:
        _let_go(holders, h)
    queued = holders[h, WAITS]
    due = ahead[h, DUE]
    looks = _look_ahead(paid, holders, ahead, limits, h, looks)
    if holders[h, WAITS] == 1 and (queued == 0 or ahead[h, DUE] != due):
        key = (paid[ahead[h, DUE], ROW] << HOLDER_BITS) | h
        used[QUEUED] = heap.push(queue, used[QUEUED], key)
    return edges, looks


@njit(inline="always")
def _look_ahead(
    paid: Table, holders: Table, ahead: Table, limits: Limits, h: int, looks: int
) -> int:
    """Looks left; which payment of the holder is the next to be followed then stands in `ahead`."""
    least = max(limits.least, 1)
    follow = least if holders[h, HOP] < limits.max_hops else NEVER
    begin, last = holders[h, NEXT], holders[h, LAST]
    stop = last
    if holders[h, TAINT] == 0:
        stop = begin
    elif stop - begin > looks:
        stop = begin + max(looks, 0) + 1
    due, taint, balance, untraced = _pass_by(
        paid, begin, stop, follow, least,
        (holders[h, TAINT], holders[h, BALANCE], holders[h, UNTRACED]),
    )  # fmt: skip
    ahead[h, DUE], ahead[h, DUE_TAINT] = due, taint
    ahead[h, DUE_BALANCE], ahead[h, DUE_UNTRACED] = balance, untraced
    holders[h, WAITS] = int(taint > 0 and due < last)
    return int(looks - (due - begin))


@njit(inline="always")
def _pass_by(
    paid: Table, k: int, stop: int, follow: int, least: int, stands: tuple[int, int, int]
) -> tuple[int, int, int, int]:
    """The first payment from `k` on that takes `follow` along, and taint, balance and untraced just before it.

    With a taint of 0 where less than the least was left on the way.
    """
    taint, balance, untraced = stands
    while k < stop:
        had, fen, rest = paid[k, PAYER_HAD], paid[k, AMOUNT], taint
        if had < balance:
            rest -= share(balance - had, taint, balance)
        part = share(fen, rest, had)
        if part >= follow:
            break
        untraced += taint - rest + part
        taint, balance = rest - part, had - fen
        k += 1
        if taint < least:
            untraced += taint
            taint, balance = 0, 0
            break
    return k, taint, balance, untraced


@njit(inline="always")
def _advance(holders: Table, ahead: Table, h: int) -> int:
    """How many payments the holder has passed by, now that it stands where `ahead` says."""
    passed = ahead[h, DUE] - holders[h, NEXT]
    holders[h, NEXT] = ahead[h, DUE]
    holders[h, TAINT], holders[h, BALANCE] = ahead[h, DUE_TAINT], ahead[h, DUE_BALANCE]
    holders[h, UNTRACED] = ahead[h, DUE_UNTRACED]
    return int(passed)


@njit(inline="always")
def _let_go(holders: Table, h: int) -> None:
    """One with less than the least is no holder any more."""
    holders[h, UNTRACED] += holders[h, TAINT]
    holders[h, TAINT] = 0
    holders[h, BALANCE] = 0
