"""Which of our cards a lead names, by the id itself or by a digest that only two parties can make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.tables.identifiers import IDENTIFIERS, digest

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "lead"
_NUMBERS = {"account": "card", "sim": "phone"}


def pair_digest(cards: pl.Series, *, pair_key: str, suite: str = "sha256") -> pl.Series:
    """The digests of card ids under the key of one pair of parties; nobody else can make or compare them.

    A phone number or card number can be guessed in full, so a digest without a key protects nothing.
    Raises: BadInput without a key.
    """
    return digest(cards, prefix=PREFIX, key=pair_key, suite=suite)


def tidied(numbers: pl.DataFrame) -> pl.DataFrame:
    """Each card with its number in one spelling, so that what two parties hold of it is the same.

    Columns: numbers: card_kind, card_id, number; returns: card_kind, card_id, name.
    """
    parts = []
    for kind, of in _NUMBERS.items():
        rows = numbers.filter(pl.col("card_kind").cast(pl.String) == kind)
        name = IDENTIFIERS[of].tidy(rows["number"].cast(pl.String)).alias("name")
        parts.append(rows.select(pl.col("card_kind", "card_id").cast(pl.String)).with_columns(name))
    return pl.concat(parts).drop_nulls("name")


def cards_named(
    leads: pl.DataFrame,
    frames: Mapping[str, pl.DataFrame],
    *,
    pair_key: str = "",
    suite: str = "sha256",
    numbers: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Each lead with the card of ours that it names; leads that name none are left out.

    Columns:
        leads: lead_id, card_kind, card_id, digested (null is false).
        frames: account and sim, as the contract has them.
        numbers: card_kind, card_id, name as `tidied` gives; then a card is named by its number as well.
        returns: lead_id, card_kind, card_id (ours), holder_id, institution_id.
    """  # fmt: skip
    told = leads.select(
        "lead_id",
        pl.col("card_kind").cast(pl.String),
        pl.col("card_id").alias("named"),
        pl.col("digested").fill_null(value=False)
        if "digested" in leads.columns
        else pl.lit(value=False).alias("digested"),
    )
    parts = []
    for kind in ("account", "sim"):
        if kind not in frames:
            continue
        ours = _ours(frames[kind], kind, numbers)
        of_kind = told.filter(pl.col("card_kind") == kind)
        parts.append(of_kind.filter(~pl.col("digested")).join(ours, on="named"))
        hidden = of_kind.filter("digested")
        if hidden.height:
            told_as = pair_digest(ours["named"], pair_key=pair_key, suite=suite)
            parts.append(hidden.join(ours.with_columns(named=told_as), on="named"))
    columns = ("lead_id", "card_kind", "card_id", "holder_id", "institution_id")
    if not parts:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    return pl.concat(parts).select(columns).sort("lead_id", "card_id")


def _ours(frame: pl.DataFrame, kind: str, numbers: pl.DataFrame | None) -> pl.DataFrame:
    """Our cards of the kind under all the names they go by: their id, and their number where it is known."""
    ours = frame.select(
        pl.col(f"{kind}_id").alias("card_id"), "holder_id", "institution_id"
    ).with_columns(named=pl.col("card_id"))
    if numbers is None:
        return ours
    known = numbers.filter(pl.col("card_kind") == kind).select("card_id", named="name")
    return pl.concat([ours, ours.drop("named").join(known, on="card_id")]).unique()


def linked(named: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The other cards of the holders of named cards, to be verified again; having them is no guilt.

    Columns:
        named: as `cards_named` gives.
        returns: lead_id, card_kind, card_id, holder_id.
    Source: 银发〔2016〕261号 (the holder's other accounts are verified within three days).
    """
    cards = [
        frames[kind].select(
            pl.lit(kind).alias("card_kind"), pl.col(f"{kind}_id").alias("card_id"), "holder_id"
        )
        for kind in ("account", "sim")
        if kind in frames
    ]
    if not cards:
        return named.select("lead_id", "card_kind", "card_id", "holder_id").clear()
    held = pl.concat(cards).filter(pl.col("holder_id").is_not_null())
    others = named.select("lead_id", "holder_id").unique().join(held, on="holder_id")
    others = others.join(named, on=["lead_id", "card_kind", "card_id"], how="anti")
    return others.select("lead_id", "card_kind", "card_id", "holder_id").sort(
        "lead_id", "card_kind", "card_id"
    )
