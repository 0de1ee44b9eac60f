"""Payments near suspected accounts, for tables too long to be held whole."""

from __future__ import annotations

import polars as pl

from duanka.network.book import is_exit

BUSY = 2_000
"""An account with more payments than this is a shop or a salary account: its other customers are left out."""


def near(transfers: pl.DataFrame, suspects: pl.Series, *, busy: int = BUSY) -> pl.DataFrame:
    """The payments of the suspected accounts and of everybody they dealt with, in the order given.

    Left out is what neither a suspected account nor somebody next to one took part in. Next to one is
    who paid it or was paid by it, unless money left there for where it cannot be followed or the
    account had more than `busy` payments in all.

    Columns: as given; payer_id and payee_id are read.
    """
    of_suspects = transfers.lazy().filter(_with(suspects))
    beside = pl.concat(
        [of_suspects.select(pl.col(side).alias("id")) for side in ("payer_id", "payee_id")]
    ).unique()
    met = beside.filter(~is_exit(pl.col("id"))).collect()["id"]
    counted = [
        transfers.lazy().filter(pl.col(side).is_in(met.implode())).group_by(pl.col(side).alias("id")).len()
        for side in ("payer_id", "payee_id")
    ]  # fmt: skip
    often = pl.concat(counted).group_by("id").agg(pl.col("len").sum())
    quiet = often.filter(pl.col("len") <= busy).collect()["id"]
    return transfers.lazy().filter(_with(pl.concat([suspects, quiet]).unique())).collect()


def _with(accounts: pl.Series) -> pl.Expr:
    among = accounts.implode()
    return pl.col("payer_id").is_in(among) | pl.col("payee_id").is_in(among)
