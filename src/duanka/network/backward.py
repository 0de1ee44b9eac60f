"""Where a card's money came from: payment by payment upstream, in time order, to the fen."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.network import book as books
from duanka.network.lots import OWN, Lots
from duanka.network.trace import TraceSettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from duanka.network.book import Book

SOURCE: dict[str, pl.DataType | type[pl.DataType]] = {
    "hop": pl.Int64,
    "transfer_id": pl.String,
    "payer_id": pl.String,
    "payee_id": pl.String,
    "at": pl.Datetime("us", "UTC"),
    "amount_fen": pl.Int64,
    "sourced_fen": pl.Int64,
}
WAYS = ("own", "outside", "hops", "small", "budget")
ORIGIN: dict[str, pl.DataType | type[pl.DataType]] = {
    "account_id": pl.String,
    "why": pl.Enum(WAYS),
    "fen": pl.Int64,
}


@dataclass(frozen=True)
class Sourced:
    """What a card's money is made of.

    Columns:
        flow: hop (1 into the card), transfer_id, payer_id, payee_id, at, amount_fen, sourced_fen:
            what of the payment ended in the card's money; ordered by hop, at, transfer_id.
        origin: account_id, why, fen: where the search ended. `own` the account's own money or money
            whose arrival no row tells, `outside` cash, merchants and abroad, `hops`, `small` and
            `budget` where a limit ended it. The fen add up to `asked_fen`.
    """

    flow: pl.DataFrame
    origin: pl.DataFrame
    asked_fen: int
    edges_count: int
    cut: bool


def trace_back(
    transfers: pl.DataFrame,
    account_id: str,
    *,
    as_of: datetime,
    settings: TraceSettings | None = None,
) -> Sourced:
    """Where the money that came into an account before the instant, within the horizon, came from.

    First in first out or pro-rata, as `trace` does it forward; a payment appears once, with the
    fewest hops by which it is reached.

    Columns: transfers: the `transfer` table, in time order.
    """
    settings = settings or TraceSettings()
    rows = books.moved(transfers, as_of=as_of)
    book, ids = books.build(rows)
    since = int(as_of.timestamp() * 1_000_000) - settings.horizon_days * 86_400_000_000
    number = ids.search_sorted(account_id) if len(ids) else 0
    here = len(ids) > number and ids[number] == account_id
    asked = (
        np.flatnonzero((book.payee == number) & (book.at >= since))
        if here
        else np.array([], np.int64)
    )
    wanted = {int(row): int(book.amount[row]) for row in asked}
    search = _Search(Lots(book, settings.attribution, settings.budget_edges), book, settings)
    search.run(wanted)
    return Sourced(
        _flow(search.found, rows),
        _origin(search.ends, ids),
        sum(wanted.values()),
        search.lots.edges,
        search.lots.cut,
    )


@dataclass
class _Search:
    """A search upstream at work: what is wanted of each payment, latest first."""

    lots: Lots
    book: Book
    settings: TraceSettings
    found: dict[int, tuple[int, int]] = field(default_factory=dict)
    ends: dict[tuple[int, str], int] = field(default_factory=dict)

    def run(self, wanted: Mapping[int, int]) -> None:
        """Fills `found` (row → hop, fen) and `ends` from payments that are wanted whole."""
        parts = {row: [(0, fen)] for row, fen in wanted.items()}
        hops = dict.fromkeys(wanted, 1)
        queue = [-row for row in parts]
        heapq.heapify(queue)
        while queue:
            row = -heapq.heappop(queue)
            spans, hop = parts.pop(row), hops[row]
            fen = sum(part for _, part in spans)
            self.found[row] = (hop, fen)
            payer = int(self.book.payer[row])
            if (why := self._end(payer, hop, fen)) is not None:
                self._ended(payer, why, fen)
                continue
            made = self.lots.made_of(row, spans)
            if made is None:
                self._ended(payer, "budget", fen)
                continue
            for source, offset, part in made:
                if source == OWN:
                    self._ended(payer, "own", part)
                    continue
                if source not in parts:
                    parts[source], hops[source] = [], hop + 1
                    heapq.heappush(queue, -source)
                # rounded shares of several payments may ask for a fen more than had come
                room = int(self.book.amount[source]) - sum(fen for _, fen in parts[source])
                if part > room:
                    self._ended(payer, "own", part - room)
                    part = room  # noqa: PLW2901 - what is left of the piece
                if part == 0:
                    continue
                parts[source].append((offset, part))
                hops[source] = min(hops[source], hop + 1)

    def _end(self, payer: int, hop: int, fen: int) -> str | None:
        if self.book.accounts[payer, books.EXIT]:
            return "outside"
        if hop >= self.settings.max_hops:
            return "hops"
        return "small" if fen < self.settings.min_tainted_fen else None

    def _ended(self, account: int, why: str, fen: int) -> None:
        self.ends[account, why] = self.ends.get((account, why), 0) + fen


def _flow(found: Mapping[int, tuple[int, int]], rows: pl.DataFrame) -> pl.DataFrame:
    index = np.array(sorted(found), np.int64)
    told: NDArray[np.int64] = np.array([found[i] for i in index.tolist()], np.int64).reshape(-1, 2)
    return (
        rows.select("transfer_id", "payer_id", "payee_id", "at", "amount_fen")[index]
        .with_columns(pl.Series("hop", told[:, 0]), pl.Series("sourced_fen", told[:, 1]))
        .select(pl.col(name).cast(kind) for name, kind in SOURCE.items())
        .sort("hop", "at", "transfer_id", maintain_order=True)
    )


def _origin(ends: Mapping[tuple[int, str], int], ids: pl.Series) -> pl.DataFrame:
    rows = [(ids[account], why, fen) for (account, why), fen in ends.items()]
    return pl.DataFrame(rows, schema=ORIGIN, orient="row").sort(
        ["fen", "account_id", "why"], descending=[True, False, False]
    )
