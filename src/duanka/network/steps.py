"""Lost money followed pro-rata payment by payment in time order, compiled: what a budget cuts is told exactly.

A part of the walk of `hops`, which is given the arrays one by one for the reason told there.
"""
# ruff: noqa: PLR0917 - compiled by numba, which takes no keywords

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

from duanka.network import heap
from duanka.network.book import AFTER, AMOUNT, FIRST, PAYEE, PAYEE_HAD, PAYER_HAD, ROW
from duanka.network.holders import holder_at, set_balance
from duanka.network.purse import (
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


@njit(cache=True)
def walk_one(
    paid: Table,
    accounts: Table,
    holder_of: Short,
    holders: Table,
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
            i += 1
        else:
            payer = due & ((1 << HOLDER_BITS) - 1)
            k, hop = holders[payer, NEXT], holders[payer, HOP] + 1
            set_balance(holders, payer, paid[k, PAYER_HAD])
            tainted = share(paid[k, AMOUNT], holders[payer, TAINT], holders[payer, BALANCE])
            holders[payer, TAINT] -= tainted
            holders[payer, BALANCE] -= paid[k, AMOUNT]
            if tainted == 0 or tainted < limits.least or hop > limits.max_hops:
                holders[payer, UNTRACED] += tainted
                hop = 0
            else:
                holders[payer, WENT] += tainted
            edges += 1
        if hop > 0:
            payee = holder_at(accounts, holder_of, holders, used, paid[k, PAYEE])
            terminal = 1
            if payee != VICTIM:
                set_balance(holders, payee, paid[k, PAYEE_HAD])
                if holders[payee, TAINT] == 0 or hop < holders[payee, HOP]:
                    holders[payee, HOP] = hop
                holders[payee, CAME] += tainted
                holders[payee, TAINT] += tainted
                holders[payee, BALANCE] += paid[k, AMOUNT]
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
def _keep_or_let_go(holders: Table, limits: Limits, h: int) -> None:
    """Whether the holder waits for its next payment; one of less than the least is no holder any more."""
    holders[h, WAITS] = 0
    if holders[h, TAINT] < max(limits.least, 1):
        holders[h, UNTRACED] += holders[h, TAINT]
        holders[h, TAINT] = 0
        holders[h, BALANCE] = 0
    elif holders[h, NEXT] < holders[h, LAST]:
        holders[h, WAITS] = 1
