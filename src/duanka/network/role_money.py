"""Money between people and the holders of suspected cards: who buys cards, who sold one, who is paid by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.role_cards import with_holders
from duanka.network.role_signals import merged, none_found, said, spans

if TYPE_CHECKING:
    from duanka.network.role_cards import Known

PAIR: dict[str, pl.DataType | type[pl.DataType]] = {
    "giver": pl.String, "taker": pl.String, "weight": pl.Float64, "fen": pl.Int64,
    "count": pl.Int64, "first_at": pl.Datetime("us", "UTC"), "last_at": pl.Datetime("us", "UTC"),
    "events": pl.List(pl.String),
}  # fmt: skip
"""Payments of one holder to another, summed up; weight is how suspected the asked side is."""


def pairs(known: Known, asked: pl.DataFrame, side: str, *, losses: pl.Series) -> pl.DataFrame:
    """Who paid the asked holders (side `taker`), or was paid by them (side `giver`), from clean accounts.

    Columns: `asked` holder_id, weight, and since, where the payments must lie near it; returns `PAIR`.
    What a suspected account pays or receives is the flow itself, and what a victim paid is a loss:
    neither is pay for a card or for work.
    """
    if not known.has("transfer") or asked.is_empty():
        return pl.DataFrame(schema=PAIR)
    column = "payee_id" if side == "taker" else "payer_id"
    mine = known.of_kind("account").join(asked, on="holder_id", how="semi")["card_id"]
    rows = known.moves.filter(
        pl.col(column).is_in(mine.implode()), ~pl.col("transfer_id").is_in(losses.implode())
    )
    least = known.number("suspected_score")
    rows = with_holders(known, rows).rename({"payer": "giver", "payee": "taker"})
    rows = rows.filter(
        pl.col("giver").ne_missing(pl.col("taker")), ~pl.col("exit"), pl.col("payer_p") < least
    )
    rows = _near(known, rows.join(asked.rename({"holder_id": side}), on=side))
    return rows.group_by("giver", "taker").agg(
        pl.col("weight").first(),
        pl.col("amount_fen").sum().alias("fen"),
        *spans("transfer_id"),
    ).filter(pl.col("giver").is_not_null(), pl.col("taker").is_not_null()).select(list(PAIR))  # fmt: skip


def _near(known: Known, rows: pl.DataFrame) -> pl.DataFrame:
    """The payments of the size of a card's price, near the day on which the card's use changed."""
    if "since" not in rows.columns:
        return rows
    before = pl.duration(days=known.number("price_days_before"))
    after = pl.duration(days=known.number("price_days_after"))
    return rows.filter(
        pl.col("at").is_between(pl.col("since") - before, pl.col("since") + after),
        pl.col("amount_fen") <= known.number("most_price_fen"),
    )


def sellers_paid(known: Known, *, losses: pl.Series) -> pl.DataFrame:
    """Payments to holders of suspected cards that look like the price of a card (`PAIR`)."""
    asked = known.holders.select("holder_id", pl.col("p").alias("weight"), "since").drop_nulls()
    return pairs(known, asked, "taker", losses=losses)


def pays_sellers(known: Known, paid: pl.DataFrame) -> pl.DataFrame:
    """Signal `pays_sellers`: to how many sellers somebody paid a price, beyond what chance gives."""
    found = paid.group_by(pl.col("giver").alias("subject_id")).agg(
        beyond_one().alias("value"), *merged()
    )
    return said(kinds(known, found), "pays_sellers")


def beyond_one() -> pl.Expr:
    """How many are met, weighed by suspicion, the one most suspected counted by half: one may be kin."""
    return pl.col("weight").sum() - pl.col("weight").max() / 2


def sold(known: Known, paid: pl.DataFrame) -> pl.DataFrame:
    """Signal `paid_for_card`: by how many who paid several sellers a holder was paid near the change of use."""
    buyers = paid.group_by("giver").agg(pl.len().alias("sellers")).filter(pl.col("sellers") > 1)
    found = paid.join(buyers, on="giver").group_by(pl.col("taker").alias("subject_id")).agg(
        pl.lit(1.0).alias("value"), *merged()
    )  # fmt: skip
    return said(kinds(known, found), "paid_for_card")


def kinds(known: Known, found: pl.DataFrame) -> pl.DataFrame:
    """The rows with the kind of the holder they are about; rows about nobody known are left out."""
    of = (
        known.cards.select(pl.col("holder_id").alias("subject_id"), "holder_kind")
        .drop_nulls()
        .unique("subject_id", keep="first", maintain_order=True)
    )
    return found.join(of.rename({"holder_kind": "subject_kind"}), on="subject_id")


def new_with(core: pl.DataFrame, met: pl.DataFrame, side: str) -> pl.DataFrame:
    """The relations with the core that began with its trade: kin and old friends are no part of it.

    Columns: `core` holder_id, weight, from (before which nobody was in the trade).
    """
    begun = core.select(pl.col("holder_id").alias(side), "from")
    return met.join(begun, on=side).filter(pl.col("first_at") >= pl.col("from"))


def wages(known: Known, core: pl.DataFrame, *, losses: pl.Series) -> pl.DataFrame:
    """Signal `wages`: how often the core paid somebody who never paid back, since its trade began.

    Columns: `core` holder_id, weight, from.
    """
    asked = core.select("holder_id", "weight")
    out = pairs(known, asked, "giver", losses=losses)
    back = pairs(known, asked, "taker", losses=losses)
    one_way = out.join(
        back.select(pl.col("giver").alias("taker"), pl.col("taker").alias("giver")),
        on=["giver", "taker"],
        how="anti",
    )
    found = (
        new_with(core, one_way, "giver")
        .group_by(pl.col("taker").alias("subject_id"))
        .agg(
            (pl.col("weight") * pl.col("count").clip(upper_bound=10)).sum().alias("value"),
            *merged(),
        )
    )
    return said(kinds(known, found), "wages")


def funds(known: Known, core: pl.DataFrame, name: str, *, losses: pl.Series) -> pl.DataFrame:
    """Signal `name`: how many of the core somebody funds who began to with its trade, and in large sums.

    Columns: `core` holder_id, weight, from.
    """
    back = pairs(known, core.select("holder_id", "weight"), "taker", losses=losses)
    large = back.filter(pl.col("fen") >= known.number("least_funding_fen"))
    found = (
        new_with(core, large, "taker")
        .group_by(pl.col("giver").alias("subject_id"))
        .agg(pl.col("weight").sum().alias("value"), *merged())
    )
    return said(kinds(known, found), name)


def before_purchase(known: Known, heads: pl.DataFrame, core: pl.DataFrame) -> pl.DataFrame:
    """Signal `before_purchase`: what share of a large payment to a head was spent on the core within days.

    A present of kin stays with him; money for cards goes on to those who buy them, and not before it came.
    """
    if not known.has("transfer") or heads.is_empty() or core.is_empty():
        return none_found()
    accounts = known.of_kind("account").select("card_id", "holder_id")
    of_heads = accounts.join(heads, on="holder_id", how="semi")["card_id"].implode()
    rows = known.moves.filter(
        pl.col("payee_id").is_in(of_heads) | pl.col("payer_id").is_in(of_heads)
    )
    rows = with_holders(known, rows)
    came = rows.filter(
        pl.col("payee").is_in(heads["holder_id"].implode()),
        pl.col("payer").is_not_null(), pl.col("payer").ne_missing(pl.col("payee")),
        pl.col("amount_fen") >= known.number("least_proceeds_fen"),
    ).select("transfer_id", "at", "amount_fen", pl.col("payer").alias("subject_id"), pl.col("payee").alias("head"))  # fmt: skip
    went = rows.filter(pl.col("payee").is_in(core["holder_id"].implode())).select(
        pl.col("payer").alias("head"), pl.col("at").alias("spent_at"), pl.col("amount_fen").alias("spent")
    )  # fmt: skip
    near = came.join(went, on="head").filter(
        pl.col("spent_at").is_between(
            pl.col("at"), pl.col("at") + pl.duration(days=known.number("fund_days"))
        )
    )
    each = near.group_by("transfer_id", "subject_id", "amount_fen").agg(
        pl.col("at").first(), pl.col("spent").sum()
    )
    share = (pl.col("spent") / pl.col("amount_fen")).clip(0, 1)
    found = each.group_by("subject_id").agg(share.max().alias("value"), *spans("transfer_id"))
    return said(kinds(known, found), "before_purchase")


def funded(known: Known, paid: pl.DataFrame, name: str) -> pl.DataFrame:
    """Signal `name`: what share of what somebody paid (`PAIR`) few others had paid him in the days before.

    Columns: `paid` giver, fen, first_at.
    """
    if paid.is_empty():
        return none_found()
    sums = paid.group_by("giver").agg(pl.col("fen").sum().alias("spent"), pl.col("first_at").min().alias("began"))  # fmt: skip
    mine = known.of_kind("account").join(sums, left_on="holder_id", right_on="giver")
    mine = mine.select(pl.col("card_id").alias("payee_id"), pl.col("holder_id").alias("subject_id"), "spent", "began")  # fmt: skip
    days = pl.duration(days=known.number("fund_days"))
    came = known.moves.join(mine, on="payee_id").filter(
        pl.col("at").is_between(pl.col("began") - days, pl.col("began")),
        pl.col("amount_fen") >= known.number("least_proceeds_fen"),
    )
    found = came.group_by("subject_id").agg(
        (pl.col("amount_fen").sum() / pl.col("spent").first()).clip(0, 1).alias("value"),
        pl.col("payer_id").n_unique().alias("payers"),
        *spans("transfer_id"),
    )
    few = found.filter(pl.col("payers") <= known.number("most_funders"))
    return said(kinds(known, few), name)


def funded_to_fund(known: Known, core: pl.DataFrame, *, losses: pl.Series) -> pl.DataFrame:
    """Signal `funded_to_fund`: the same of those who fund the core."""
    back = pairs(known, core.select("holder_id", "weight"), "taker", losses=losses)
    large = back.filter(pl.col("fen") >= known.number("least_funding_fen"))
    return funded(known, new_with(core, large, "taker"), "funded_to_fund")
