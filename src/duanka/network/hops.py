"""The walks of lost money through the book, compiled, exact to the fen, one lead after another.

An account that holds lost money is a *holder*. How the holders' payments are followed lies in
`in_turn` (first in first out) and in `shares` (pro-rata); here is what both do alike.

The compiler's cache of a function does not notice a change in another file: after one in `heap`,
`holders`, `purse`, `in_turn`, `shares` or `steps`, touch this. The steps are laid into one another (`inline`)
and are given the arrays one by one, where records of arrays would read better: what is taken out of
a record is counted at every step, which took more than half of the time.
"""
# ruff: noqa: PLR0917 - compiled by numba, which takes no keywords

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

from duanka.network import in_turn, shares
from duanka.network.book import CLOSING, SPENT
from duanka.network.holders import set_balance
from duanka.network.purse import (
    ACCOUNT,
    CAME,
    FIFO,
    NOBODY,
    TAINT,
    UNTRACED,
    USED_HOLDERS,
    VICTIM,
    WENT,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from duanka.network.walk import Found, Seeds, Walk

    Table = NDArray[np.int64]
    Short = NDArray[np.int32]


@njit(cache=True)
def walk_some(w: Walk, seeds: Seeds, found: Found, lead: int) -> tuple[int, int, int]:
    """The lead to go on with when `found` is full, and how many rows and holders were found."""
    rows, holders = 0, 0
    fifo = w.limits.attribution == FIFO
    while lead < len(found.ends) and max(rows, holders) + len(w.holders) <= len(found.flow):
        first, end = seeds.start[lead], seeds.start[lead + 1]
        places, fens, ends = seeds.place[first:end], seeds.fen[first:end], found.ends[lead]
        w.used[:] = 0
        for i in range(first, end):
            w.holder_of[seeds.victim[i]] = VICTIM
        begun = rows
        if fifo:
            rows = in_turn.walk_one(
                w.paid, w.out_end, w.accounts, w.holder_of, w.holders, w.lots, w.queue, w.used, w.limits,
                places, fens, found.flow, ends, rows,
            )  # fmt: skip
        else:
            rows = shares.walk_one(
                w.paid, w.accounts, w.holder_of, w.holders, w.ahead, w.queue, w.used, w.limits,
                places, fens, found.flow, ends, rows,
            )  # fmt: skip
        for i in range(begun, rows):
            found.flow[i, 0] = lead
        for i in range(first, end):
            w.holder_of[seeds.victim[i]] = NOBODY
        for h in range(w.used[USED_HOLDERS]):
            account = w.holders[h, ACCOUNT]
            if fifo:
                in_turn.let_leave(w.holders, w.lots, h, w.accounts[account, SPENT])
            elif w.holders[h, TAINT] > 0:
                set_balance(w.holders, h, w.accounts[account, CLOSING])
        holders = _settle(w.holder_of, w.holders, w.used, found.holding, lead, holders)
        lead += 1
    return lead, rows, holders


@njit(cache=True)
def _settle(
    holder_of: Short, holders: Table, used: Table, holding: Table, lead: int, at: int
) -> int:
    """How many holders are written down, once those of this walk are; empties the room."""
    for h in range(used[USED_HOLDERS]):
        account = holders[h, ACCOUNT]
        holder_of[account] = NOBODY
        holding[at, 0], holding[at, 1] = lead, account
        holding[at, 2], holding[at, 3] = holders[h, CAME], holders[h, WENT]
        holding[at, 4], holding[at, 5] = holders[h, TAINT], holders[h, UNTRACED]
        at += 1
    return at
