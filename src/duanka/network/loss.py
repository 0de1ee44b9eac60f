"""Which transfers into a reported card are the loss that the report speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.network.book import Book

NO_AMOUNT = np.int64(-1)
MATCHES = ("none", "exact", "one_payer", "latest", "largest")
"""How a loss was found, from not at all, as `losses` says; `Losses.match` counts along these."""
NONE, EXACT, ONE_PAYER, LATEST, LARGEST = range(5)


class Reports(NamedTuple):
    """Reported losses, one a lead: the account, from when to when to look, and how much.

    Units: `since`, `until` UTC microseconds, half open; `loss` fen, `NO_AMOUNT` where none is given.
    """

    account: NDArray[np.int32]
    since: NDArray[np.int64]
    until: NDArray[np.int64]
    loss: NDArray[np.int64]


class Losses(NamedTuple):
    """The loss transfers of each report, in time order, and what of each was lost.

    Shapes: those of report i are `row[start[i]:start[i + 1]]`, `fen` likewise; `match` one a report.
    """

    start: NDArray[np.int64]
    row: NDArray[np.int32]
    fen: NDArray[np.int64]
    match: NDArray[np.int64]


def losses(book: Book, reports: Reports) -> Losses:
    """The loss transfers of each report: the payments into its account that match it best.

    In this order: the latest payment of exactly the loss; all payments of one payer that add up to
    exactly the loss (the payer who paid last, if several do); the latest payments until the loss is
    covered, of the earliest of them only what is still missing. With no amount given: the largest
    payment, the latest of several.
    """
    wanted = np.zeros(len(book.accounts), np.bool_)
    wanted[reports.account] = True
    rows = np.flatnonzero(wanted[book.payee]).astype(np.int32)
    rows = rows[np.argsort(book.payee[rows], kind="stable")]
    account = book.payee[rows]
    first = np.searchsorted(account, reports.account, side="left")
    last = np.searchsorted(account, reports.account, side="right")
    return Losses(*_pick(book, reports, rows, first, last))


@njit(cache=True)
def _pick(
    book: Book,
    reports: Reports,
    rows: NDArray[np.int32],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    start = np.zeros(len(first) + 1, np.int64)
    match = np.zeros(len(first), np.int64)
    sums = np.zeros(len(book.accounts), np.int64)
    row = [np.int32(0) for _ in range(0)]
    fen = [np.int64(0) for _ in range(0)]
    for i in range(len(first)):
        mine = rows[first[i] : last[i]]
        at = book.at[mine]
        mine = mine[np.searchsorted(at, reports.since[i]) : np.searchsorted(at, reports.until[i])]
        lost, match[i] = _matched(book, mine, reports.loss[i], sums)
        for j in range(len(mine)):
            if lost[j] > 0:
                row.append(mine[j])
                fen.append(lost[j])
        start[i + 1] = len(row)
    return start, np.array(row, np.int32), np.array(fen, np.int64), match


@njit(cache=True)
def _matched(
    book: Book, rows: NDArray[np.int32], loss: np.int64, sums: NDArray[np.int64]
) -> tuple[NDArray[np.int64], int]:
    """What of each of these rows was lost, and by which match; `sums` comes and goes as zeros, one an account."""
    lost = np.zeros(len(rows), np.int64)
    amount = book.amount[rows]
    best = -1
    for j in range(len(rows)):
        better = amount[j] == loss or (
            loss == NO_AMOUNT and (best < 0 or amount[j] >= amount[best])
        )
        if better:
            best = j
    if best >= 0:
        lost[best] = amount[best]
        return lost, LARGEST if loss == NO_AMOUNT else EXACT
    for j in range(len(rows)):
        sums[book.payer[rows[j]]] += amount[j]
    victim = np.int32(-1)
    for j in range(len(rows)):
        if sums[book.payer[rows[j]]] == loss:
            victim = book.payer[rows[j]]
    missing = loss
    for j in range(len(rows) - 1, -1, -1):
        sums[book.payer[rows[j]]] = 0
        if victim < 0 or book.payer[rows[j]] == victim:
            lost[j] = min(missing, amount[j])
            missing -= lost[j]
    if missing == loss:
        return lost, NONE
    return lost, LATEST if victim < 0 else ONE_PAYER
