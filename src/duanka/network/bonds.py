"""The ties that make a network: evidence of common control between suspected cards, and what they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.applied import held as held_by
from duanka.network.evidence import HOST, none, shaped, together

if TYPE_CHECKING:
    from duanka.network.rules import Rules
    from duanka.network.spread import Spread

LEFT, RIGHT = ["left_kind", "left_id"], ["right_kind", "right_id"]


def control(
    found: Spread, pieces: pl.DataFrame, bad: pl.DataFrame, register: pl.DataFrame, *, rules: Rules
) -> pl.DataFrame:
    """Evidence between suspected cards, their holders and what several of them share, weighed.

    A shared host is a tie only if enough of its sharers are suspected (`rules.purity`) and at least
    two suspected cards are on it, so that no crowd welds strangers. A payment is a tie only between
    two suspected accounts.

    Columns: those of evidence. bad: card_kind, card_id, belief of the suspected cards.
    """
    return together(
        (
            _hosted(found, bad, rules),
            _paid(found, bad),
            _bound(register, bad, rules),
            _called_before(pieces, bad),
            held_by(register, bad),
        )
    )


def pairs(control_: pl.DataFrame) -> pl.DataFrame:
    """Each two ends once, with the weights of all that ties them; ends in order of kind and id.

    Columns: left_kind, left_id, right_kind, right_id, weight.
    """
    return (
        control_.group_by(*LEFT, *RIGHT).agg(pl.col("weight").sort().sum()).sort(*LEFT, *RIGHT)
    )  # a payment and its return stay two rows: the matrix of the groups adds them up


def _believed(bad: pl.DataFrame, side: str) -> pl.DataFrame:
    return bad.select(
        pl.col("card_kind").alias(f"{side}_kind"),
        pl.col("card_id").alias(f"{side}_id"),
        pl.col("belief").alias(f"{side}_belief"),
    )


def _hosted(found: Spread, bad: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    if found.ties.is_empty():
        return none()
    ties = found.ties.filter(pl.col("relation") != "paid", pl.col("purity") >= rules.purity).join(
        _believed(bad, "left"), on=LEFT, how="semi"
    )
    several = pl.struct(LEFT).n_unique().over(HOST) >= 2
    return shaped(
        ties.filter(several).with_columns(
            (pl.col("strength") * pl.col("weight") * pl.col("purity")).alias("weight")
        )
    )


def _paid(found: Spread, bad: pl.DataFrame) -> pl.DataFrame:
    if found.ties.is_empty():
        return none()
    rows = (
        found.ties.filter(pl.col("relation") == "paid")
        .join(_believed(bad, "left"), on=LEFT)
        .join(_believed(bad, "right"), on=RIGHT)
    )
    # a payee whom many honest accounts pay binds its payers less
    payer = pl.min_horizontal("left_belief", "bad_share")
    both = payer * pl.col("right_belief")
    return shaped(rows.with_columns((pl.col("strength") * pl.col("weight") * both).alias("weight")))


def _bound(register: pl.DataFrame, bad: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """A suspected account and the suspected SIM bound to it: sold as a set."""
    rows = register.filter(pl.col("sim_id").is_not_null()).select(
        pl.col("card_kind").alias("left_kind"),
        pl.col("card_id").alias("left_id"),
        pl.lit("sim").cast(register.schema["card_kind"]).alias("right_kind"),
        pl.col("sim_id").alias("right_id"),
        pl.lit("bound_to").alias("relation"),
        pl.lit(rules.ties["bound_to"].strength).alias("weight"),
        pl.lit(1).alias("count"),
        pl.col("since").alias("first_at"),
        pl.col("since").alias("last_at"),
    )
    return shaped(
        rows.join(_believed(bad, "left"), on=LEFT, how="semi").join(
            _believed(bad, "right"), on=RIGHT, how="semi"
        )
    )


def _called_before(pieces: pl.DataFrame, bad: pl.DataFrame) -> pl.DataFrame:
    rows = (
        pieces.filter(pl.col("relation") == "called_before")
        .join(_believed(bad, "left"), on=LEFT)
        .join(_believed(bad, "right"), on=RIGHT)
    )
    both = pl.col("left_belief") * pl.col("right_belief")
    return shaped(rows.with_columns((pl.col("weight") * both).alias("weight")))
