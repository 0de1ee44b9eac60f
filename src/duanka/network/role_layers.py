"""The far end of the flow: who receives after layers, withdraws for many, or reaches abroad."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.role_cards import with_holders
from duanka.network.role_money import kinds
from duanka.network.role_signals import none_found, said, spans

if TYPE_CHECKING:
    from duanka.network.role_cards import Known


def after_layers(known: Known) -> pl.DataFrame:
    """Signal `receives_after_layers`: from how many accounts one step behind the flow somebody got large sums.

    Each counts by what part of all that it paid since went there: a hub that pays many counts little.
    """
    if not known.has("transfer"):
        return none_found()
    bad = known.of_kind("account", known.suspects).select("card_id", "since")
    rows = known.moves
    out = rows.join(bad, left_on="payer_id", right_on="card_id").filter(
        pl.col("at") >= pl.col("since")
    )
    out = with_holders(known, out).filter(
        pl.col("payee_p") < known.number("suspected_score"), ~pl.col("exit")
    )
    behind = out.group_by("payee_id").agg(
        pl.col("at").min().alias("reached"), pl.col("amount_fen").sum().alias("got")
    ).filter(pl.col("got") >= known.number("least_proceeds_fen"))  # fmt: skip
    on = rows.join(behind, left_on="payer_id", right_on="payee_id").filter(
        pl.col("at") >= pl.col("reached")
    )
    on = with_holders(known, on).with_columns(paid=pl.col("amount_fen").sum().over("payer_id"))
    # what comes back is at most what went there
    large = on.filter(
        pl.col("amount_fen") >= known.number("least_proceeds_fen"),
        pl.col("amount_fen") <= pl.col("got"),
        pl.col("payee").is_not_null(), pl.col("payee_p") < known.number("suspected_score"),
    )  # fmt: skip
    found = large.group_by(pl.col("payee").alias("subject_id")).agg(
        (pl.col("amount_fen") / pl.col("paid")).sqrt().sum().alias("value"), *spans("transfer_id")
    )
    return said(kinds(known, found), "receives_after_layers")


def exits(known: Known) -> pl.DataFrame:
    """Signal `reaches_exits`: large payments with crypto or overseas payees from clean accounts."""
    if not known.has("transfer"):
        return none_found()
    far = pl.any_horizontal(
        *(pl.col(side).str.starts_with(e) for side in ("payer_id", "payee_id") for e in ("CRYPTO:", "OVERSEAS:"))
    )  # fmt: skip
    rows = known.moves.filter(far, pl.col("amount_fen") >= known.number("least_proceeds_fen"))
    rows = with_holders(known, rows)
    own = pl.coalesce("payer", "payee")
    clean = pl.max_horizontal("payer_p", "payee_p") < known.number("suspected_score")
    found = (
        rows.filter(clean)
        .group_by(own.alias("subject_id"))
        .agg(pl.len().cast(pl.Float64).alias("value"), *spans("transfer_id"))
    )
    return said(kinds(known, found), "reaches_exits")


def withdrawals(known: Known) -> pl.DataFrame:
    """Signal `withdraws_for_many`: with how many suspected accounts somebody's own card shared a machine.

    Within minutes, at the same machine: who empties several cards in a row now and then uses his own.
    """
    if not known.has("transfer"):
        return none_found()
    rows = known.moves.filter(pl.col("payee_id") == "CASH", pl.col("device_id").is_not_null())
    rows = with_holders(known, rows).filter(pl.col("payer").is_not_null())
    bad = rows.filter(pl.col("payer_p") >= known.number("suspected_score"))
    near = rows.filter(pl.col("payer_p") < known.number("suspected_score")).join(
        bad.select("device_id", pl.col("at").alias("bad_at"), pl.col("payer").alias("bad")), on="device_id"
    )  # fmt: skip
    minutes = pl.duration(minutes=known.number("machine_minutes"))
    near = near.filter((pl.col("at") - pl.col("bad_at")).abs() <= minutes)
    found = near.group_by(pl.col("payer").alias("subject_id")).agg(
        pl.col("bad").n_unique().cast(pl.Float64).alias("value"), *spans("transfer_id")
    )
    return said(kinds(known, found.with_columns(pl.col("value"))), "withdraws_for_many")


def cash_of_many(known: Known) -> pl.DataFrame:
    """Signal `takes_to_cash`: how much of what somebody got from suspected accounts he drew in cash."""
    if not known.has("transfer"):
        return none_found()
    bad = known.of_kind("account", known.suspects)["card_id"]
    rows = known.moves
    got = with_holders(known, rows.filter(pl.col("payer_id").is_in(bad.implode())))
    got = got.filter(
        pl.col("payee").is_not_null(), pl.col("payee_p") < known.number("suspected_score")
    )
    sums = got.group_by("payee").agg(
        pl.col("amount_fen").sum().alias("got"), pl.col("payer").n_unique().alias("payers"), *spans("transfer_id")
    ).filter(pl.col("payers") > 1)  # fmt: skip
    mine = known.of_kind("account").join(sums, left_on="holder_id", right_on="payee", how="semi")
    drawn = rows.filter(
        pl.col("payee_id") == "CASH", pl.col("payer_id").is_in(mine["card_id"].implode())
    )
    drawn = (
        with_holders(known, drawn).group_by("payer").agg(pl.col("amount_fen").sum().alias("drawn"))
    )
    found = sums.join(drawn, left_on="payee", right_on="payer").with_columns(
        subject_id=pl.col("payee"), value=(pl.col("drawn") / pl.col("got")).clip(0, 1)
    )
    return said(kinds(known, found), "takes_to_cash")


def abroad(known: Known) -> list[pl.DataFrame]:
    """Signals `abroad_logins` and `roaming_calls` of clean cards."""
    least = known.number("suspected_score")
    cards = known.cards.filter(pl.col("p") < least, pl.col("holder_id").is_not_null())
    cards = cards.select("card_kind", "card_id", pl.col("holder_id").alias("subject_id"))
    parts = [none_found()]
    for name, signal, kind, column, flag in (
        ("device_use", "abroad_logins", None, "card_id", "abroad"),
        ("call", "roaming_calls", "sim", "caller_id", "roaming"),
    ):
        if not known.has(name):
            continue
        of = pl.col("card_kind").cast(pl.String) if kind is None else pl.lit(kind)
        rows = known.frames[name].filter(pl.col(flag).fill_null(value=False))
        rows = rows.select("at", of.alias("card_kind"), pl.col(column).alias("card_id"))
        found = rows.join(cards, on=["card_kind", "card_id"]).group_by("subject_id").agg(
            pl.len().cast(pl.Float64).alias("value"), *spans()
        )  # fmt: skip
        parts.append(said(kinds(known, found), signal))
    return parts
