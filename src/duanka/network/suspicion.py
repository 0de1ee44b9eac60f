"""How suspect each card is before its company is looked at: the run's score, confirmed labels and leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.evidence import AT, CARD, KIND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.network.rules import Rules

Schema = dict[str, pl.DataType | type[pl.DataType]]
BELIEF: Schema = {
    "card_kind": KIND,
    "card_id": pl.String,
    "belief": pl.Float64,
}


def prior(
    frames: Mapping[str, pl.DataFrame], *, scores: pl.DataFrame | None, rules: Rules
) -> pl.DataFrame:
    """Cards with their suspicion, 0 to 1: the score, 1 where the last label confirms, 0 where it clears.

    A lead lifts to `rules.lead`, unless the card was cleared after it. Cards of which nothing is
    known stand in no row.
    """
    found = _scored(scores)
    named = _named(frames.get("lead"), frames.get("label"), rules)
    labels = _last_label(frames.get("label"))
    joined = (
        found.join(named, on=CARD, how="full", coalesce=True)
        .join(labels, on=CARD, how="full", coalesce=True)
        .with_columns(
            pl.max_horizontal(pl.col("belief").fill_null(0.0), pl.col("named").fill_null(0.0))
        )
    )
    told = pl.when(pl.col("implicated")).then(1.0).otherwise(pl.col("named").fill_null(0.0))
    return (
        joined.with_columns(
            pl.when(pl.col("implicated").is_null()).then(pl.col("belief")).otherwise(told).alias("belief")
        )
        .select(pl.col(name).cast(kind) for name, kind in BELIEF.items())
        .filter(pl.col("belief") > 0)
        .sort(CARD)
    )  # fmt: skip


def cleared(labels: pl.DataFrame | None) -> pl.DataFrame:
    """The cards whose last label clears them."""
    return _last_label(labels).filter(~pl.col("implicated")).select(CARD)


def _scored(scores: pl.DataFrame | None) -> pl.DataFrame:
    if scores is None or scores.is_empty():
        return pl.DataFrame(schema=BELIEF)
    return (
        scores.select(
            pl.col("card_kind").cast(pl.String).cast(KIND),
            pl.col("card_id").cast(pl.String),
            pl.col("score").cast(pl.Float64).fill_nan(0.0).clip(0.0, 1.0).alias("belief"),
        )
        .group_by(CARD)
        .agg(pl.col("belief").max())
    )


def _last_label(labels: pl.DataFrame | None) -> pl.DataFrame:
    kinds: Schema = {
        "card_kind": KIND,
        "card_id": pl.String,
        "implicated": pl.Boolean,
        "known_at": AT,
    }
    if labels is None or labels.is_empty():
        return pl.DataFrame(schema=kinds)
    # of two labels of one instant the one that clears wins: doubt speaks for the holder
    return (
        labels.select(pl.col("card_kind").cast(pl.String).cast(KIND), "card_id", "implicated", "known_at")
        .sort("known_at", "implicated", descending=[False, True])
        .unique(CARD, keep="last", maintain_order=True)
        .cast(kinds)  # type: ignore[arg-type]
    )  # fmt: skip


def _named(leads: pl.DataFrame | None, labels: pl.DataFrame | None, rules: Rules) -> pl.DataFrame:
    kinds: Schema = {"card_kind": KIND, "card_id": pl.String, "named": pl.Float64}
    if leads is None or leads.is_empty():
        return pl.DataFrame(schema=kinds)
    last = _last_label(labels).filter(~pl.col("implicated")).select(*CARD, "known_at")
    return (
        leads.select(pl.col("card_kind").cast(pl.String).cast(KIND), "card_id", "issued_at")
        .join(last, on=CARD, how="left")
        .filter(pl.col("known_at").is_null() | (pl.col("issued_at") >= pl.col("known_at")))
        .select(CARD)
        .unique()
        .with_columns(pl.lit(rules.lead).alias("named"))
        .cast(kinds)  # type: ignore[arg-type]
    )
