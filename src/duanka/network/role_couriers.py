"""What couriers leave behind: a phone that travels with the cash, and others' new phone cards tried on one's own handset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.role_money import kinds
from duanka.network.role_signals import none_found, said, spans

if TYPE_CHECKING:
    from duanka.network.role_cards import Known

CARD = ["card_kind", "card_id"]


def near_cash(known: Known) -> pl.DataFrame:
    """Signal `near_cash`: on how many days somebody's clean card was where suspected accounts drew cash.

    Only in districts in which he is seldom: who lives or works there is there on any day. What so
    many of his days would meet by chance is taken off.
    """
    drawn, places = _drawn(known), _whereabouts(known)
    if drawn.is_empty() or places.is_empty():
        return none_found()
    span = known.number("cash_days")
    days = places.group_by("subject_id", "region_code", "day").agg(pl.col("at").min())
    per = pl.len().over("subject_id", "region_code") / pl.len().over("subject_id")
    away = days.filter(per <= known.number("seldom_share")).with_columns(
        busy=pl.len().over("subject_id", "region_code")
    )
    met = away.join(drawn.select("region_code", "day").unique(), on=["region_code", "day"])
    often = drawn.group_by("region_code").agg((pl.col("day").n_unique() / span).alias("often"))
    found = met.join(often, on="region_code").group_by("subject_id", "region_code").agg(
        pl.col("busy").first(), pl.col("often").first(), *spans()
    )  # fmt: skip
    value = pl.col("count") - pl.col("busy") * pl.col("often").clip(0, 1)
    found = found.with_columns(value=value).sort("value", "region_code", descending=[True, False])
    return said(
        kinds(known, found.unique("subject_id", keep="first", maintain_order=True)), "near_cash"
    )


def _drawn(known: Known) -> pl.DataFrame:
    """Days and districts in which suspected accounts of several holders drew cash: region_code, day."""
    if not known.has("transfer") or "region_code" not in known.frames["transfer"].columns:
        return pl.DataFrame()
    bad = known.of_kind("account", known.suspects).select(
        pl.col("card_id").alias("payer_id"), "holder_id", "since"
    )
    rows = known.frames["transfer"].filter(
        pl.col("payee_id") == "CASH", pl.col("region_code").is_not_null(),
        pl.col("outcome").cast(pl.String).ne_missing("failed"), pl.col("at") >= _begins(known),
    )  # fmt: skip
    rows = rows.join(bad, on="payer_id").filter(pl.col("at") >= pl.col("since"))
    rows = rows.filter(pl.col("holder_id").n_unique().over("region_code") > 1)
    return rows.select(pl.col("region_code").cast(pl.String), _day()).unique()


def _whereabouts(known: Known) -> pl.DataFrame:
    """Where clean cards were seen: subject_id, region_code, day, at."""
    cards = known.cards.filter(
        pl.col("p") < known.number("suspected_score"), pl.col("holder_kind") == "person"
    ).select(*CARD, pl.col("holder_id").alias("subject_id"))
    parts = []
    for name, kind, column in (("device_use", None, "card_id"), ("call", "sim", "caller_id")):
        if known.has(name) and "region_code" in known.frames[name].columns:
            of = pl.col("card_kind").cast(pl.String) if kind is None else pl.lit(kind)
            rows = known.frames[name].filter(pl.col("at") >= _begins(known)).select(
                of.alias("card_kind"), pl.col(column).alias("card_id"),
                pl.col("region_code").cast(pl.String), _day(), "at",
            )  # fmt: skip
            parts.append(rows.drop_nulls("region_code").join(cards, on=CARD))
    return pl.concat(parts) if parts else pl.DataFrame()


def _begins(known: Known) -> pl.Expr:
    return pl.lit(known.as_of) - pl.duration(days=known.number("cash_days"))


def _day() -> pl.Expr:
    return pl.col("at").dt.convert_time_zone("Asia/Shanghai").dt.date().alias("day")


def first_on_handset(known: Known, sightings: pl.DataFrame) -> pl.DataFrame:
    """Signal `first_on_handset`: of how many others a suspected phone card began on somebody's own handset and then left it.

    Cards that many hands opened are tried before they are handed on. A handset is one's own where a
    clean card of one's own lives on it; who keeps the cards there is no courier.
    """
    if sightings.is_empty():
        return none_found()
    sims = sightings.filter(pl.col("card_kind") == "sim")
    seen = sims.group_by("card_id", "device_id", "holder_id", "p").agg(
        pl.len().alias("n"), pl.col("at").min()
    )
    first = seen.sort("at", "device_id").group_by("card_id", maintain_order=True).agg(
        pl.col("device_id", "holder_id", "p", "n", "at").first(), pl.col("n").sum().alias("all")
    )  # fmt: skip
    least = known.number("suspected_score")
    left = first.filter(pl.col("p") >= least, pl.col("n") * 2 < pl.col("all"))
    lives = seen.with_columns(share=pl.col("n") / pl.col("n").sum().over("card_id")).filter(
        pl.col("p") < least, pl.col("share") > 1 / 2
    )
    own = lives.select("device_id", pl.col("holder_id").alias("subject_id")).unique()
    met = left.join(own, on="device_id").filter(pl.col("holder_id") != pl.col("subject_id"))
    found = met.group_by("subject_id").agg(
        (pl.col("holder_id").n_unique() - 1.0).alias("value"), *spans()
    )
    return said(kinds(known, found), "first_on_handset")
