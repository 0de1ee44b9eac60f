"""The book of transfers that moved money: compressed arrays in time order, and each account's balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from numba import njit

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    Told = tuple[NDArray[np.int64], NDArray[np.int64]]

NOT_TOLD = np.iinfo(np.int64).min
EXITS = ("MERCHANT:", "OVERSEAS:", "CRYPTO:")
"""Payees that begin like this, and CASH, are where money leaves the accounts that can be followed."""


ROW, PAYEE, AMOUNT, PAYER_HAD, PAYEE_HAD, AFTER, OUT, INTO = range(8)
"""Columns of `Book.paid`."""
LINE = 8
"""Numbers in a line of memory."""
FIRST, END, CLOSING, EXIT, SPENT = range(5)
"""Columns of `Book.accounts`."""


class Book(NamedTuple):
    """What moved, one row a transfer in the order in which it happened; accounts are numbers.

    Shapes: `payer`, `payee`, `at`, `amount` one a transfer. `paid` the same transfers grouped by
        payer, each group in time order: row, payee, amount, the payer's and the payee's balance
        just before, where in `paid` the payee's own payments after it begin, and first in first out
        which fen of the payer's it spends and which of the payee's it becomes (the fen of an account
        are numbered as they come, and leave in that order; what left unseen counts). `accounts` one a
        row: where its group begins and ends in `paid`, its balance after the last transfer, 1 if it
        is an exit, and how many of its fen have left. `place` a transfer's place in `paid`. `out_end` how many of the
        payer's fen had left after a payment, in the order of `paid`.
    Units: amounts and balances fen; `at` UTC microseconds. One line of memory holds all that a
        walk asks of a transfer, which is what makes it quick.
    """

    payer: NDArray[np.int32]
    payee: NDArray[np.int32]
    at: NDArray[np.int64]
    amount: NDArray[np.int64]
    paid: NDArray[np.int64]
    place: NDArray[np.int32]
    accounts: NDArray[np.int64]
    out_end: NDArray[np.int64]


def moved(transfers: pl.DataFrame, *, as_of: datetime) -> pl.DataFrame:
    """The transfers before `as_of` that moved money from one account to another, in time order.

    What failed, and what an account paid to itself, moves nothing. Rows of one instant keep the
    order in which they came: that is their sequence.
    """
    rows = transfers.filter(
        pl.col("at") < as_of,
        pl.col("outcome").cast(pl.String).ne_missing("failed"),
        pl.col("payer_id") != pl.col("payee_id"),
        pl.col("amount_fen") > 0,
    )
    return rows if rows["at"].is_sorted() else rows.sort("at", maintain_order=True)


def is_exit(account: pl.Expr) -> pl.Expr:
    """Whether money paid to this id has left the accounts that can be followed."""
    return pl.any_horizontal(account == "CASH", *(account.str.starts_with(e) for e in EXITS))


def build(rows: pl.DataFrame) -> tuple[Book, pl.Series]:
    """The book of these moved rows, and the account ids that its numbers stand for."""
    ids = pl.concat([rows["payer_id"], rows["payee_id"]]).unique().sort()
    numbers = pl.DataFrame({"id": ids}).with_row_index("number")
    payer, payee = (_numbered(rows[side], numbers) for side in ("payer_id", "payee_id"))
    amount = rows["amount_fen"].to_numpy()
    told = (
        rows["payer_balance_fen"].fill_null(NOT_TOLD).to_numpy(),
        rows["payee_balance_fen"].fill_null(NOT_TOLD).to_numpy(),
    )
    paid = _lines(len(payer))
    place, accounts = _grouped(payer, payee, amount, len(ids), paid)
    _openings(payer, paid, place, told, accounts)
    _balances(payer, paid, place, told, accounts)
    accounts[:, EXIT] = numbers.select(is_exit(pl.col("id")))["id"].to_numpy()
    at = rows["at"].dt.timestamp("us").to_numpy()
    return Book(
        payer, payee, at, amount, paid, place, accounts, paid[:, OUT] + paid[:, AMOUNT]
    ), ids


def _lines(count: int) -> NDArray[np.int64]:
    """Room for `Book.paid`, each row of which lies in one line of memory and not across two."""
    room = np.empty(LINE * (count + 1), np.int64)
    skipped = -room.ctypes.data % (LINE * room.itemsize) // room.itemsize
    return room[skipped : skipped + LINE * count].reshape(count, LINE)


def _numbered(ids: pl.Series, numbers: pl.DataFrame) -> NDArray[np.int32]:
    joined = pl.DataFrame({"id": ids}).join(numbers, on="id", how="left", maintain_order="left")
    return joined["number"].cast(pl.Int32).to_numpy()


@njit(cache=True)
def _grouped(
    payer: NDArray[np.int32],
    payee: NDArray[np.int32],
    amount: NDArray[np.int64],
    count: int,
    paid: NDArray[np.int64],
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    accounts = np.zeros((count, 5), np.int64)
    for p in payer:
        accounts[p, END] += 1
    end = 0
    for a in range(count):
        end += accounts[a, END]
        accounts[a, FIRST] = end - accounts[a, END]
        accounts[a, END] = accounts[a, FIRST]
    place = np.empty(len(payer), np.int32)
    for i in range(len(payer)):
        k = accounts[payer[i], END]
        accounts[payer[i], END] += 1
        place[i] = k
        paid[k, ROW] = i
        paid[k, PAYEE] = payee[i]
        paid[k, AMOUNT] = amount[i]
        # so far the payee has paid what came before
        paid[k, AFTER] = accounts[payee[i], END]
    return place, accounts


@njit(cache=True)
def _openings(
    payer: NDArray[np.int32],
    paid: NDArray[np.int64],
    place: NDArray[np.int32],
    told: Told,
    accounts: NDArray[np.int64],
) -> None:
    """Puts into CLOSING what each account had at first.

    It is worked out backwards from the first balance that a row tells; nothing if none does.
    """
    payer_told, payee_told = told
    accounts[:, CLOSING] = NOT_TOLD
    for i in range(len(payer) - 1, -1, -1):
        p, q, fen = payer[i], paid[place[i], PAYEE], paid[place[i], AMOUNT]
        if payee_told[i] != NOT_TOLD:
            accounts[q, CLOSING] = max(payee_told[i] - fen, 0)
        elif accounts[q, CLOSING] != NOT_TOLD:
            accounts[q, CLOSING] = max(accounts[q, CLOSING] - fen, 0)
        if payer_told[i] != NOT_TOLD:
            accounts[p, CLOSING] = max(payer_told[i], 0) + fen
        elif accounts[p, CLOSING] != NOT_TOLD:
            accounts[p, CLOSING] += fen
    for a in range(len(accounts)):
        if accounts[a, CLOSING] == NOT_TOLD:
            accounts[a, CLOSING] = 0


@njit(cache=True)
def _balances(
    payer: NDArray[np.int32],
    paid: NDArray[np.int64],
    place: NDArray[np.int32],
    told: Told,
    accounts: NDArray[np.int64],
) -> None:
    """Fills in the balances before each transfer, and leaves in CLOSING and SPENT those after the last.

    A balance told by a row wins. After it the balance follows from the transfers, and is never
    less than what the account is seen to pay. Where it is less than what should be there, the oldest
    fen left unseen.
    """
    payer_told, payee_told = told
    for i in range(len(payer)):
        k = place[i]
        p, q, fen = payer[i], paid[k, PAYEE], paid[k, AMOUNT]
        had = max(accounts[p, CLOSING], fen)
        if payer_told[i] != NOT_TOLD:
            had = max(payer_told[i], 0) + fen
        accounts[p, SPENT] += max(accounts[p, CLOSING] - had, 0)
        paid[k, PAYER_HAD] = had
        paid[k, OUT] = accounts[p, SPENT]
        accounts[p, SPENT] += fen
        accounts[p, CLOSING] = had - fen
        had = accounts[q, CLOSING]
        if payee_told[i] != NOT_TOLD:
            had = max(payee_told[i] - fen, 0)
        accounts[q, SPENT] += max(accounts[q, CLOSING] - had, 0)
        paid[k, PAYEE_HAD] = had
        paid[k, INTO] = accounts[q, SPENT] + had
        accounts[q, CLOSING] = had + fen
