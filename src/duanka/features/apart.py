"""Whether an account's latest device was ever seen with the phone card bound to it."""

# ruff: noqa: ANN001, ANN202, PLR0917 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from duanka.features.replay import order_by_key

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def apart(latest: pl.DataFrame, account: Ints, sim: Ints, at: Ints) -> NDArray[np.float64]:
    """1 where the account's latest device was never seen with its phone card, NaN where either is unknown.

    Columns: latest: card, device, at, in order of time. Shapes: one entry a question; `account` and
    `sim` dense over both kinds of card, `sim` -1 for none. Units: UTC microseconds.
    """
    found = np.full(at.size, np.nan)
    if latest.height == 0 or at.size == 0:
        return found
    card, device, when = (
        np.ascontiguousarray(latest[name].to_numpy(), dtype=np.int64)
        for name in ("card", "device", "at")
    )
    size = int(max(card.max(), account.max(), sim.max())) + 1
    order, bounds = order_by_key(card, size)
    # brought together by card: each is looked through from its first use on
    _compare(device[order], when[order], bounds, account, sim, at, found)
    return found


@nb.njit(cache=True, nogil=True)
def _compare(device, when, bounds, account, sim, at, found):  # type: ignore[no-untyped-def]
    for i in range(at.size):
        a, s = account[i], sim[i]
        if a < 0 or s < 0 or bounds[s] == bounds[s + 1] or when[bounds[s]] >= at[i]:
            continue
        before = _upto(when, bounds[a], bounds[a + 1], at[i])
        if before == bounds[a]:
            continue
        found[i] = 1.0
        for use in range(bounds[s], bounds[s + 1]):
            if when[use] >= at[i]:
                break
            if device[use] == device[before - 1]:
                found[i] = 0.0
                break


@nb.njit(cache=True, nogil=True)
def _upto(when, begin, end, at):  # type: ignore[no-untyped-def]
    """Where the uses from `begin` on that happened before `at` end."""
    while begin < end:
        middle = (begin + end) // 2
        if when[middle] < at:
            begin = middle + 1
        else:
            end = middle
    return begin
