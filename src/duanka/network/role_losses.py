"""Who lost money: what victims did, and what tells them from those who passed money on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.role_cards import PASSES, with_holders
from duanka.network.role_money import kinds
from duanka.network.role_signals import none_found, said, spans

if TYPE_CHECKING:
    from duanka.network.role_cards import Known


def lost(flow: pl.DataFrame) -> pl.Series:
    """The transfers by which victims lost what was reported: the first hop of each trace."""
    return flow.filter(pl.col("hop") == 1)["transfer_id"].unique()


def reported(known: Known, losses: pl.Series) -> pl.DataFrame:
    """Signal `loss_reported`: payments of somebody that a notice tells of as a loss."""
    if not known.has("transfer") or losses.is_empty():
        return none_found()
    rows = known.frames["transfer"].filter(pl.col("transfer_id").is_in(losses.implode()))
    rows = with_holders(known, rows).filter(pl.col("payer_p") < known.number("suspected_score"))
    found = rows.group_by(pl.col("payer").alias("subject_id")).agg(
        pl.len().cast(pl.Float64).alias("value"), *spans("transfer_id")
    )
    return said(kinds(known, found), "loss_reported")


def paid_suspected(known: Known) -> pl.DataFrame:
    """Payments of clean accounts, made once or twice, to an account suspected then: what victims do.

    Columns: transfer_id, at, payer (holder), payee (holder), payee_p, amount_fen.
    """
    if not known.has("transfer"):
        return pl.DataFrame()
    bad = known.of_kind("account", known.suspects).select("card_id", "since")
    rows = known.moves.join(bad, left_on="payee_id", right_on="card_id")
    rows = rows.filter(
        pl.col("at") >= pl.col("since") - pl.duration(days=1),
        pl.len().over("payer_id", "payee_id") <= PASSES,
    )
    return with_holders(known, rows).filter(
        pl.col("payer_p") < known.number("suspected_score"), pl.col("payer").is_not_null(),
        pl.col("payer").ne_missing(pl.col("payee")),
        pl.col("amount_fen") >= known.number("least_loss_fen"),
    )  # fmt: skip


def victims(known: Known, paid: pl.DataFrame) -> list[pl.DataFrame]:
    """Signals `paid_suspected`, `warned_by_call` and `own_money` of people who paid a suspected account."""
    if paid.is_empty():
        return [none_found()]
    key = pl.col("payer").alias("subject_id")
    found = paid.group_by(key).agg(
        (1 - (1 - pl.col("payee_p")).product()).alias("value"), *spans("transfer_id")
    )
    return [
        said(kinds(known, found), "paid_suspected"),
        _called(known, paid),
        _own_money(known, paid),
    ]


def _called(known: Known, paid: pl.DataFrame) -> pl.DataFrame:
    """Signal `stranger_called`: a stranger spoke with the payer within a day before the payment."""
    if not known.has("call", "sim"):
        return none_found()
    sims = known.of_kind("sim").select(pl.col("card_id").alias("callee_id"), pl.col("holder_id").alias("payer"), "p")  # fmt: skip
    sims = sims.join(paid.select("payer").unique(), on="payer", how="semi").drop("p")
    calls = known.frames["call"].join(sims, on="callee_id")
    back = known.frames["call"].filter(pl.col("caller_id").is_in(sims["callee_id"].implode()))
    calls = calls.join(
        back.select(pl.col("caller_id").alias("callee_id"), pl.col("callee_id").alias("caller_id")).unique(),
        on=["caller_id", "callee_id"], how="anti",
    )  # fmt: skip
    strangers = calls.filter(
        pl.col("duration_s") >= known.number("least_talk_s"),
        (pl.col("at").max() - pl.col("at").min()).over("caller_id", "callee_id")
        <= pl.duration(days=3),
    )
    bad = known.of_kind("sim").select(pl.col("card_id").alias("caller_id"), "p")
    near = paid.select("payer", pl.col("at").alias("paid_at")).join(
        strangers.select("payer", "at", "caller_id", "call_id"), on="payer"
    )
    hours = pl.duration(hours=known.number("talk_hours_before"))
    near = near.filter(pl.col("at").is_between(pl.col("paid_at") - hours, pl.col("paid_at")))
    near = near.join(bad, on="caller_id", how="left")
    found = near.group_by(pl.col("payer").alias("subject_id")).agg(
        (0.5 + 0.5 * pl.col("p").fill_null(0.0).max()).alias("value"), *spans("call_id")
    )
    return said(kinds(known, found), "stranger_called")


def _own_money(known: Known, paid: pl.DataFrame) -> pl.DataFrame:
    """Signal `passes_others_money`: what share of these payments had come in from elsewhere the day before."""
    rows = known.moves.filter(pl.col("payee_id").is_in(paid["payer_id"].unique().implode()))
    came = rows.select(pl.col("payee_id").alias("payer_id"), pl.col("at").alias("came_at"), pl.col("amount_fen").alias("came"))  # fmt: skip
    near = paid.join(came, on="payer_id").filter(
        pl.col("came_at").is_between(pl.col("at") - pl.duration(days=1), pl.col("at"))
    )
    sums = near.group_by("payer", "transfer_id").agg(
        pl.col("came").sum(), pl.col("amount_fen").first(), pl.col("at").first()
    )
    found = sums.group_by(pl.col("payer").alias("subject_id")).agg(
        (pl.min_horizontal("came", "amount_fen").sum() / pl.col("amount_fen").sum()).alias("value"),
        *spans("transfer_id"),
    )
    return said(kinds(known, found), "passes_others_money")
