"""The book of transfers that moved money: compressed arrays in time order, and each account's balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from numba import njit

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

NOT_TOLD = np.iinfo(np.int64).min
EXITS = ("MERCHANT:", "OVERSEAS:", "CRYPTO:")
"""Payees that begin like this, and CASH, are where money leaves the accounts that can be followed."""


class Book(NamedTuple):
    """What moved, one row a transfer in the order in which it happened; accounts are numbers.

    Shapes: `payer` … `payee_before` one a transfer; `closing`, `exits` one an account;
        `outgoing[out_start[a]:out_start[a + 1]]` the rows that account a paid, in order.
    Units: `amount`, `payer_before`, `payee_before` (balances just before the transfer) and
        `closing` (the balance after the last transfer) are fen; `at` is UTC microseconds.
    """

    payer: NDArray[np.int32]
    payee: NDArray[np.int32]
    at: NDArray[np.int64]
    amount: NDArray[np.int64]
    payer_before: NDArray[np.int64]
    payee_before: NDArray[np.int64]
    closing: NDArray[np.int64]
    exits: NDArray[np.bool_]
    out_start: NDArray[np.int32]
    outgoing: NDArray[np.int32]


def moved(transfers: pl.DataFrame, *, as_of: datetime) -> pl.DataFrame:
    """The transfers before `as_of` that moved money from one account to another, in time order.

    What failed, and what an account paid to itself, moves nothing. Rows of one instant keep the
    order in which they came: that is their sequence.
    """
    rows = transfers.filter(
        pl.col("at") < as_of,
        pl.col("outcome").cast(pl.String).ne_missing("failed"),
        pl.col("payer_id") != pl.col("payee_id"),
    )
    return rows if rows["at"].is_sorted() else rows.sort("at", maintain_order=True)


def is_exit(account: pl.Expr) -> pl.Expr:
    """Whether money paid to this id has left the accounts that can be followed."""
    return pl.any_horizontal(account == "CASH", *(account.str.starts_with(e) for e in EXITS))


def build(rows: pl.DataFrame) -> tuple[Book, pl.Series]:
    """The book of these moved rows, and the account ids that its numbers stand for."""
    accounts = pl.concat([rows["payer_id"], rows["payee_id"]]).unique().sort()
    numbers = pl.DataFrame({"id": accounts}).with_row_index("number")
    payer, payee = (_numbered(rows[side], numbers) for side in ("payer_id", "payee_id"))
    amount = rows["amount_fen"].to_numpy()
    balances = _balances(
        payer,
        payee,
        amount,
        rows["payer_balance_fen"].fill_null(NOT_TOLD).to_numpy(),
        rows["payee_balance_fen"].fill_null(NOT_TOLD).to_numpy(),
        len(accounts),
    )
    exits = numbers.select(is_exit(pl.col("id")))["id"].to_numpy()
    at = rows["at"].dt.timestamp("us").to_numpy()
    return Book(payer, payee, at, amount, *balances, exits, *_by(payer, len(accounts))), accounts


def _numbered(ids: pl.Series, numbers: pl.DataFrame) -> NDArray[np.int32]:
    joined = pl.DataFrame({"id": ids}).join(numbers, on="id", how="left", maintain_order="left")
    return joined["number"].cast(pl.Int32).to_numpy()


@njit(cache=True)
def _by(key: NDArray[np.int32], count: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Row numbers grouped by key, in order within a key: where each group starts, and the rows."""
    start = np.zeros(count + 1, np.int32)
    for k in key:
        start[k + 1] += 1
    start = np.cumsum(start).astype(np.int32)
    free = start[:-1].copy()
    rows = np.empty(len(key), np.int32)
    for i in range(len(key)):
        rows[free[key[i]]] = i
        free[key[i]] += 1
    return start, rows


@njit(cache=True)
def _balances(
    payer: NDArray[np.int32],
    payee: NDArray[np.int32],
    amount: NDArray[np.int64],
    payer_told: NDArray[np.int64],
    payee_told: NDArray[np.int64],
    count: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Payer's and payee's balance before each transfer, and every account's last balance.

    A balance told by a row wins. Between told ones it follows from the transfers; before the first
    told one it is worked out backwards; an account of which none is told starts with nothing and
    is given no more than what it is seen to pay.
    """
    held = _openings(payer, payee, amount, payer_told, payee_told, count)
    payer_before = np.empty(len(payer), np.int64)
    payee_before = np.empty(len(payer), np.int64)
    for i in range(len(payer)):
        p, q, fen = payer[i], payee[i], amount[i]
        told = payer_told[i]
        payer_before[i] = max(held[p], fen) if told == NOT_TOLD else max(told, 0) + fen
        held[p] = payer_before[i] - fen
        told = payee_told[i]
        payee_before[i] = held[q] if told == NOT_TOLD else max(told - fen, 0)
        held[q] = payee_before[i] + fen
    return payer_before, payee_before, held


@njit(cache=True)
def _openings(
    payer: NDArray[np.int32],
    payee: NDArray[np.int32],
    amount: NDArray[np.int64],
    payer_told: NDArray[np.int64],
    payee_told: NDArray[np.int64],
    count: int,
) -> NDArray[np.int64]:
    held = np.full(count, NOT_TOLD)
    for i in range(len(payer) - 1, -1, -1):
        p, q, fen = payer[i], payee[i], amount[i]
        if payee_told[i] != NOT_TOLD:
            held[q] = max(payee_told[i] - fen, 0)
        elif held[q] != NOT_TOLD:
            held[q] = max(held[q] - fen, 0)
        if payer_told[i] != NOT_TOLD:
            held[p] = max(payer_told[i], 0) + fen
        elif held[p] != NOT_TOLD:
            held[p] += fen
    return np.where(held == NOT_TOLD, 0, held)
