"""Whether what a clerk opened went one way: suspected cards of several people that one buyer paid or one device serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.role_openings import by_staff
from duanka.network.role_signals import none_found, said, spans

if TYPE_CHECKING:
    from duanka.network.role_cards import Known

CARD = ["card_kind", "card_id"]


def one_buyer(known: Known, *, paid: pl.DataFrame, sightings: pl.DataFrame) -> pl.DataFrame:
    """Signal `one_buyer` of staff: how many more people's suspected cards went where one of them went.

    Weighed by how rare it is to go there: where all suspected cards of a town go one way, it says
    nothing of a clerk that his do.

    Columns: `paid` as `role_money.sellers_paid`, `sightings` as `role_use.seen`.
    """
    rows, ends = by_staff(known), _ends(known, paid, sightings)
    if rows.is_empty() or ends.is_empty():
        return none_found()
    bad = rows.filter(pl.col("p") >= known.number("suspected_score"))
    everybody = max(known.holders.height, 1)
    rare = 1 - pl.col("holder_id").n_unique().over("end") / everybody
    went = bad.select("staff_id", "card_id", "holder_id", "at").join(
        ends.with_columns(rare=rare), on="holder_id"
    )
    found = (
        went.group_by("staff_id", "end")
        .agg(
            ((pl.col("holder_id").n_unique() - 1) * pl.col("rare").first()).alias("value"),
            *spans("card_id"),
        )
        .sort("value", "end", descending=[True, False])
        .unique("staff_id", keep="first", maintain_order=True)
    )
    staff = pl.col("staff_id").alias("subject_id")
    return said(found.with_columns(pl.lit("staff").alias("subject_kind"), staff), "one_buyer")


def _ends(known: Known, paid: pl.DataFrame, sightings: pl.DataFrame) -> pl.DataFrame:
    """Where suspected holders' cards went: holder_id, end (who paid a price, or a device of several)."""
    bought = paid.select(
        pl.col("taker").alias("holder_id"), pl.format("person {}", "giver").alias("end")
    )
    if sightings.is_empty():
        return bought.unique()
    used = sightings.join(known.suspects.select(*CARD, "since"), on=CARD).filter(
        pl.col("at") >= pl.col("since")
    )
    on = used.select("holder_id", pl.format("device {}", "device_id").alias("end"))
    return pl.concat([bought, on]).unique()
