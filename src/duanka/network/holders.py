"""Who holds lost money during a walk, compiled: how an account becomes one, and what its balance says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

from duanka.network.book import END, EXIT, FIRST
from duanka.network.purse import (
    ACCOUNT,
    BALANCE,
    LAST,
    NEWEST,
    NEXT,
    NO_LOT,
    NOBODY,
    OLDEST,
    TAINT,
    UNTRACED,
    USED_HOLDERS,
    VICTIM,
    share,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Table = NDArray[np.int64]
    Short = NDArray[np.int32]


@njit(inline="always")
def holder_at(accounts: Table, holder_of: Short, holders: Table, used: Table, account: int) -> int:
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
def set_balance(holders: Table, h: int, balance: int) -> None:
    """Brings a holder's mixture to the balance of the book: clean money joins, missing money leaves."""
    if balance < holders[h, BALANCE]:
        gone = share(holders[h, BALANCE] - balance, holders[h, TAINT], holders[h, BALANCE])
        holders[h, TAINT] -= gone
        holders[h, UNTRACED] += gone
    holders[h, BALANCE] = balance
