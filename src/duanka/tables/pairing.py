"""Transfers told from both sides as one transfer each, and entries told twice as one entry."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl

from duanka.tables import columns

_SAME = ["payer_id", "payee_id", "at", "amount_fen"]


@dataclass(frozen=True)
class Paired:
    """What is left of the entries.

    Columns: `rows` one a transfer; `twice` the entries whose serial number came before on the same
        side of the same account; `merged` how many entries were the other side of one that is kept.
    """

    rows: pl.DataFrame
    twice: pl.DataFrame
    merged: int


def one_name(entries: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """The entries with each account under the name of its card, where it has one card only.

    A counterparty is told by card number on one sheet and by account number on another; an account
    with several cards stays under its own number, because nothing says which card was meant.
    """
    sure = aliases.unique().filter(pl.len().over("from") == 1)
    if sure.is_empty():
        return entries
    known = pl.col("payer_id", "payee_id").replace(sure["from"], sure["to"])
    return entries.with_columns(known)


def unpairable(entries: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Entries that lack what would make them comparable, under a number of their own; and the rest."""
    whole = pl.all_horizontal(pl.col(name).is_not_null() for name in _SAME)
    broken = entries.filter(~whole).with_columns(
        pl.concat_str(pl.lit("entry-"), pl.col("#line")).alias("transfer_id")
    )
    return broken, entries.filter(whole)


def pair(entries: pl.DataFrame) -> Paired:
    """One row a transfer: the sheets of payer and payee tell the same transfer each in its own way.

    Two entries are one transfer if payer, payee, instant and amount are equal and they stand on
    opposite sides; the first going out meets the first coming in, and so on, so that two equal
    transfers within a second stay two. An entry whose clock differs by a second stays apart.

    Columns:
        entries: columns of `transfer`, where transfer_id holds the serial number or null; `#side`.
        returns: `transfer_id` made anew from what the transfer is, the same on every import.
    """
    own = pl.when(pl.col("#side") == "out").then("payer_id").otherwise("payee_id")
    told = entries.with_columns(own.alias("#own")).with_columns(
        (
            pl.col("transfer_id").is_not_null()
            & ~pl.struct("#own", "#side", "at", "amount_fen", "transfer_id").is_first_distinct()
        ).alias("#twice")
    )
    single = told.filter(~pl.col("#twice")).with_columns(
        pl.int_range(pl.len()).over([*_SAME, "#side"]).alias("#turn")
    )
    names = [c.name for c in columns("transfer") if c.name in entries.columns]
    rest = [name for name in names if name not in {*_SAME, "transfer_id"}]
    rows = (
        single.group_by([*_SAME, "#turn"], maintain_order=True)
        .agg(
            *(pl.col(name).drop_nulls().first() for name in rest), pl.col("#line", "#file").first()
        )
        .with_columns(_ids())
    )
    kept = rows.select([*names, "#line", "#file"])
    return Paired(kept, told.filter(pl.col("#twice")), single.height - kept.height)


def _ids() -> pl.Expr:
    what = pl.concat_str(
        [pl.col(name).cast(pl.String) for name in [*_SAME, "#turn"]], separator="|"
    )
    return what.map_elements(_hashed, return_dtype=pl.String).alias("transfer_id")


def _hashed(what: str) -> str:
    return f"flow-{hashlib.sha256(what.encode()).hexdigest()[:32]}"
