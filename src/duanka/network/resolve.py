"""Who holds which card: one row a card, with the person or company that counts once however many cards it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.evidence import AT, KIND

if TYPE_CHECKING:
    from collections.abc import Mapping

REGISTER: dict[str, pl.DataType | type[pl.DataType]] = {
    "card_kind": KIND,
    "card_id": pl.String,
    "owner_kind": KIND,
    "owner_id": pl.String,
    "sim_id": pl.String,
    "staff_id": pl.String,
    "outlet_id": pl.String,
    "since": AT,
}


def register(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Every registered card with its owner: the holder; for a company run by a person, the company.

    Columns: card_kind, card_id, owner_kind (person or organisation), owner_id, sim_id (bound to an
        account), staff_id, outlet_id, since. A card under two rows keeps the first.
    """
    companies = frames.get("organisation")
    known = (
        companies["organisation_id"] if companies is not None else pl.Series([], dtype=pl.String)
    )
    parts = [pl.DataFrame(schema=REGISTER)]
    for table, key, since in (
        ("account", "account_id", "opened_at"),
        ("sim", "sim_id", "activated_at"),
    ):
        cards = frames.get(table)
        if cards is None or cards.is_empty():
            continue
        company = pl.col("holder_id").is_in(known.implode())
        parts.append(
            cards.select(
                pl.lit(table).cast(KIND).alias("card_kind"),
                pl.col(key).alias("card_id"),
                pl.when(company).then(pl.lit("organisation")).otherwise(pl.lit("person"))
                .cast(KIND).alias("owner_kind"),
                pl.col("holder_id").alias("owner_id"),
                (pl.col("sim_id") if table == "account" else pl.lit(None, pl.String)).alias("sim_id"),
                "staff_id",
                "outlet_id",
                pl.col(since).cast(AT).alias("since"),
            )
        )  # fmt: skip
    return pl.concat(parts).unique(["card_kind", "card_id"], keep="first", maintain_order=True)


def owner_of(cards: pl.DataFrame, held: pl.DataFrame, *, kind: str, key: str) -> pl.DataFrame:
    """The rows with `owner`: one text a holder; a card that is in no register counts as its own.

    Columns: `kind` and `key` name the columns of the card in `cards`.
    """
    owners = held.select(
        pl.col("card_kind").alias(kind),
        pl.col("card_id").alias(key),
        pl.format("h:{}", "owner_id").alias("owner"),
    )
    return cards.join(owners, on=[kind, key], how="left", maintain_order="left").with_columns(
        pl.coalesce("owner", pl.format("{}:{}", pl.col(kind).cast(pl.String), key)).alias("owner")
    )
