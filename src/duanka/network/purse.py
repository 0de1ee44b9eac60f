"""What a holder of lost money has, in columns of a table; and the tainted part of what leaves a mixture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Table = NDArray[np.int64]

FIFO, PRO_RATA = 0, 1
NOBODY, VICTIM = -1, -2
"""In the place of a holder: an account that holds nothing lost, and one at which a path ends."""
NO_LOT = -1
NEVER = 1 << 62
HOLDER_BITS = 31
"""A payment due is queued as its row, shifted by so many bits, and its payer's number."""
SAFE = 3_000_000_000
"""Two numbers up to this multiply without overflow."""
(ACCOUNT, HOP, BALANCE, TAINT, CAME, WENT, UNTRACED, NEXT, LAST, WAITS, OLDEST, NEWEST) = range(12)
"""Columns of the holders; first in first out has no use for BALANCE, pro-rata none for lots."""
BEGIN, STOP, BEHIND = range(3)
"""Columns of the lots: which of the account's fen are lost money, and the lot that came next."""
USED_HOLDERS, USED_LOTS, QUEUED = range(3)
"""What is counted of a walk."""


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
