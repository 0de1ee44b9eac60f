"""Trace-back of each implicated card (倒查): its opening, desk and terminal, and the control that was missed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import stats

from duanka.governance import shrinkage
from duanka.governance.circumstances import again_after_refusal, brings_many
from duanka.governance.months import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.policy.dated import Regime

    Frames = Mapping[str, pl.DataFrame]

CONTROLS = {
    "refused_before": "开户：三十日内曾被拒，未追问即办理",
    "brought": "开户：由多次带人办卡者陪同，未核实本人意愿",
    "many_held": "开户：同一人在本机构已有的卡已达上限",
    "woke_unasked": "存续：长期不用后启用，未重新核验",
    "paid_after_lead": "处置：线索期限过后资金仍转出",
    "none_seen": "现有记录看不出哪一道控制失守",
}
"""The controls in the order in which a card meets them; the first one missed is named."""
_KEY = ["card_kind", "card_id"]


def trace_back(attributed: pl.DataFrame, frames: Frames, regime: Regime) -> pl.DataFrame:
    """Every implicated card with who opened it where, on which responsibility, and what was missed.

    `new` (增量责任) goes by the month of opening, `stock` (存量责任) by the month in which it was found and
    should have been under control.

    Columns: card_kind, card_id, opening_id, institution_id, outlet_id, terminal_id, staff_id, region_code, side,
        period, self_found, control (the first missed), missed (all, with ; between them).
    """
    young = int(regime.number("scorecards.new_card_months"))
    cards = attributed.filter(pl.col("known_month").is_not_null()).join(
        _openings(frames), on=_KEY, how="left", maintain_order="left"
    )
    new = pl.col("known_month") - pl.col("opened_month") < young
    month = pl.when(new).then("opened_month").otherwise("known_month")
    cards = cards.with_columns(side=pl.when(new).then(pl.lit("new")).otherwise(pl.lit("stock")))
    hits = _missed(cards, frames, regime)
    order = [name for name in CONTROLS if name != "none_seen"]
    said = [pl.when(pl.Series(hits[name])).then(pl.lit(name)) for name in order]
    return cards.with_columns(
        period=month.map_elements(name_of, return_dtype=pl.String),
        control=pl.coalesce(*said, pl.lit("none_seen")),
        missed=pl.concat_str(said, separator=";", ignore_nulls=True),
    ).select(
        *_KEY, "opening_id", "institution_id", "outlet_id", "terminal_id", "staff_id", "region_code",
        "side", "period", "self_found", "control", "missed",
    )  # fmt: skip


def controls(traced: pl.DataFrame) -> pl.DataFrame:
    """How often each control was the first one missed, by institution and responsibility; nobody's card is named.

    Columns: institution_id, side, control, label, cards.
    """
    told = pl.col("control").replace_strict(CONTROLS, return_dtype=pl.String).alias("label")
    rows = traced.group_by("institution_id", "side", "control").agg(
        pl.len().cast(pl.Int64).alias("cards")
    )
    return (
        rows.with_columns(told)
        .select("institution_id", "side", "control", "label", "cards")
        .sort("institution_id", "side", "control", nulls_last=True)
    )


def terminals(
    attributed: pl.DataFrame, traced: pl.DataFrame, frames: Frames, regime: Regime
) -> pl.DataFrame:
    """Terminals whose cards turn bad beyond what the other terminals of their outlet explain.

    Columns: terminal_id, outlet_id, cards, implicated, expected, tail_share, stands_out.
    """
    opened = _openings(frames).filter(pl.col("terminal_id").is_not_null())
    rows = (
        attributed.join(opened, on=_KEY)
        .join(traced.select(*_KEY, hit=pl.lit(value=True)), on=_KEY, how="left")
        .group_by("terminal_id", "outlet_id")
        .agg(
            cards=pl.len().cast(pl.Int64),
            implicated=pl.col("hit").is_not_null().sum().cast(pl.Int64),
        )
        .sort("terminal_id", "outlet_id", nulls_last=True)
    )
    n, bad = (rows[name].to_numpy().astype(np.float64) for name in ("cards", "implicated"))
    overall = bad.sum() / max(n.sum(), 1.0)
    there = [rows.select(pl.col(c).sum().over("outlet_id")).to_series().to_numpy() for c in ("cards", "implicated")]  # fmt: skip
    weight = 1.0 / overall if overall > 0 else 1.0  # as one implicated card of all
    usual = (there[1] - bad + 1.0) / (there[0] - n + weight)
    tails = np.where(bad > 0, stats.binom.sf(bad - 1, n, np.minimum(usual, 1.0)), 1.0)
    least = regime.number("insiders.least_implicated")
    share = regime.number("scorecards.false_discovery_share")
    out = shrinkage.stands_out(np.where(bad >= least, tails, 1.0), false_share=share)
    return rows.with_columns(
        expected=pl.Series(n * usual, dtype=pl.Float64),
        tail_share=pl.Series(tails, dtype=pl.Float64),
        stands_out=pl.Series(out, dtype=pl.Boolean),
    )


def _openings(frames: Frames) -> pl.DataFrame:
    """The application that opened each card, the first where several say so."""
    opening = frames.get("opening")
    names = ("opening_id", "terminal_id", "applicant_id", "companion_id", "granted_at")
    if opening is None:
        text = dict.fromkeys((*_KEY, *names[:-1]), pl.String)
        return pl.DataFrame(schema={**text, "granted_at": pl.Datetime("us", "UTC")})
    made = opening.filter(pl.col("card_id").is_not_null()).sort("at", "opening_id")
    first = made.unique(_KEY, keep="first", maintain_order=True)
    return first.with_columns(pl.col("card_kind").cast(pl.String), granted_at="at").select(
        *_KEY, *names
    )


def _missed(cards: pl.DataFrame, frames: Frames, regime: Regime) -> dict[str, pl.Series]:
    """For each control but none_seen whether it was missed, a value a card."""
    opening = frames.get("opening")
    never = pl.repeat(value=False, n=cards.height, dtype=pl.Boolean, eager=True)
    out = dict.fromkeys(CONTROLS, never)
    if opening is not None and opening.height:
        granted = cards.select("opening_id", "applicant_id", at="granted_at").drop_nulls()
        again = again_after_refusal(granted, opening)
        many = brings_many(opening, int(regime.number("insiders.least_repeated")))
        out["refused_before"] = cards["opening_id"].is_in(again.implode()).fill_null(value=False)
        out["brought"] = cards["companion_id"].is_in(many.implode()).fill_null(value=False)
    out["many_held"] = _in(cards, _beyond_usual(frames, regime))
    out["woke_unasked"] = _in(cards, _woke(frames, regime))
    out["paid_after_lead"] = _in(cards, _paid_after(frames))
    return out


def _in(cards: pl.DataFrame, found: pl.DataFrame) -> pl.Series:
    marked = found.select(*_KEY, hit=pl.lit(value=True)).unique()
    rows = cards.join(marked, on=_KEY, how="left", maintain_order="left")
    return rows["hit"].fill_null(value=False)


def _beyond_usual(frames: Frames, regime: Regime) -> pl.DataFrame:
    """Cards that were opened when their holder had as many of the kind with the institution as is usual."""
    most = int(regime.number("scorecards.usual_cards"))
    parts = [pl.DataFrame(schema=dict.fromkeys(_KEY, pl.String))]
    for kind, time in (("account", "opened_at"), ("sim", "activated_at")):
        if kind in frames:
            before = pl.int_range(pl.len()).over("holder_id", "institution_id", order_by=time)
            rows = frames[kind].filter(before >= most)
            parts.append(rows.select(pl.lit(kind).alias("card_kind"), card_id=f"{kind}_id"))
    return pl.concat(parts)


def _woke(frames: Frames, regime: Regime) -> pl.DataFrame:
    """Accounts first used so long after they were opened that they had been dormant."""
    account, transfer = frames.get("account"), frames.get("transfer")
    if account is None or transfer is None:
        return pl.DataFrame(schema=dict.fromkeys(_KEY, pl.String))
    days = regime.number("reverification.dormant_account_days")
    uses = pl.concat([transfer.select("at", account_id=side) for side in ("payer_id", "payee_id")])
    first = uses.group_by("account_id").agg(pl.col("at").min())
    begins = transfer["at"].min()
    late = (pl.col("at") - pl.max_horizontal("opened_at", pl.lit(begins))) >= timedelta(days=days)
    woke = account.join(first, on="account_id").filter(late)
    return woke.select(pl.lit("account").alias("card_kind"), card_id="account_id")


def _paid_after(frames: Frames) -> pl.DataFrame:
    """Accounts from which money left within a day after the deadline of a lead about them."""
    lead, transfer = frames.get("lead"), frames.get("transfer")
    if lead is None or transfer is None:
        return pl.DataFrame(schema=dict.fromkeys(_KEY, pl.String))
    told = lead.filter(pl.col("card_kind").cast(pl.String) == "account").select(
        "card_id", by=pl.coalesce("deadline_at", "issued_at")
    )
    paid = transfer.filter(pl.col("outcome").cast(pl.String).ne_missing("failed"))
    late = told.join(paid.select("at", card_id="payer_id"), on="card_id").filter(
        (pl.col("at") > pl.col("by")) & (pl.col("at") <= pl.col("by") + timedelta(days=1))
    )
    return late.select(pl.lit("account").alias("card_kind"), "card_id")
