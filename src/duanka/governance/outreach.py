"""Whom to warn or teach about what (精准宣传、从业人员培训): groups, never persons, some held out to compare."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import stats

from duanka import tables
from duanka.governance.shrinkage import posterior, spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.policy.dated import Regime

    Frames = Mapping[str, pl.DataFrame]

MESSAGES = {
    "do_not_lend_cards": "出租、出借、出售电话卡、银行卡要承担法律责任；身边同学、工友拉你“办卡挣钱”，请拒绝并告知。",
    "pause_before_paying": "陌生来电要求转账的，先挂断，再向本人或公安机关核实；96110 来电请接听。",
    "checks_at_opening": "开户五问两看：核实本人意愿、用途与同行人；异常开户及时上报，不得一刀切拒办。",
}
"""What each message says; a deployment puts its own texts under the same ids."""
_BEFORE_LEAD = timedelta(days=7)


def outreach(attributed: pl.DataFrame, frames: Frames, regime: Regime) -> pl.DataFrame:
    """The outreach table: groups at risk of being recruited or defrauded, and staff to be taught.

    Groups are districts where cards are held, stated purposes, people whom one organisation pays a salary, the
    groups of a lawful list (`groups`: schools, workplaces), and the staff of institutions; a group too small to
    hide a person in is not named. It is never a sanction: nothing reads this table but those who speak.

    Columns: `frames` may hold `groups`: group, person_id.
    """
    cards = _with_holders(attributed, frames)
    people = cards.filter(pl.col("holder_kind") == "person")
    rate = people["known_month"].count() / max(people.height, 1)
    places = (
        ("region_code", "region", ("community", "do_not_lend_cards"), cards),
        ("purpose", "purpose", ("at_opening", "do_not_lend_cards"), _by_purpose(cards, frames)),
        ("place", "employer", ("peers", "do_not_lend_cards"), _joined(cards, employed(frames))),
        ("place", "group", ("peers", "do_not_lend_cards"), _joined(cards, _listed(frames))),
    )
    parts = [
        *(
            _raised(held, column, name, how, regime, rate=rate)
            for column, name, how, held in places
        ),
        _defrauded(cards, frames),
        _taught(attributed, regime),
    ]
    groups = pl.concat(parts).filter(pl.col("size") >= int(regime.number("outreach.least_people")))
    groups = groups.sort("risk", "group", descending=[True, False])
    kept = groups.group_by("message_id", maintain_order=True).head(
        int(regime.number("outreach.most_groups"))
    )
    held = (pl.col("size") * regime.number("outreach.holdout_share")).ceil().cast(pl.Int64)
    return tables.typed(
        "outreach", kept.with_columns(holdout_size=held).sort("group", "channel", "message_id")
    )


def members(group: str, attributed: pl.DataFrame, frames: Frames) -> list[str]:
    """Who belongs to a group of the table: people, or employees where it is the staff of an institution; sorted."""
    name, _, what = group.partition(":")
    if name == "staff_of":
        mine = attributed.filter((pl.col("institution_id") == what) & pl.col("staff_id").is_not_null())  # fmt: skip
        return sorted(mine["staff_id"].unique())
    if name in {"employer", "group"}:
        kept = employed(frames) if name == "employer" else _listed(frames)
        return sorted(kept.filter(pl.col("place") == what)["holder_id"].unique())
    cards = _with_holders(attributed, frames).filter(pl.col("holder_kind") == "person")
    if name == "purpose":
        cards = _by_purpose(cards, frames)
    column = "purpose" if name == "purpose" else "region_code"
    mine = cards.filter(pl.col(column).cast(pl.String) == what)
    return sorted(mine["holder_id"].drop_nulls().unique())


def employed(frames: Frames) -> pl.DataFrame:
    """Who is paid a salary by which organisation: co-workers, among whom cards are collected.

    Columns: place (the organisation), holder_id.
    """
    account, transfer, firm = (frames.get(n) for n in ("account", "transfer", "organisation"))
    if account is None or transfer is None or firm is None:
        return pl.DataFrame(schema={"place": pl.String, "holder_id": pl.String})
    held = account.select("account_id", "holder_id").unique("account_id")
    firms = firm["organisation_id"].implode()
    payers = held.filter(pl.col("holder_id").is_in(firms)).rename({"account_id": "payer_id", "holder_id": "place"})  # fmt: skip
    payees = held.filter(~pl.col("holder_id").is_in(firms)).rename({"account_id": "payee_id"})
    paid = transfer.filter(pl.col("memo_kind").cast(pl.String) == "salary")
    both = paid.select("payer_id", "payee_id").join(payers, on="payer_id")
    return both.join(payees, on="payee_id").select("place", "holder_id").unique().sort("place", "holder_id")  # fmt: skip


def _listed(frames: Frames) -> pl.DataFrame:
    groups = frames.get("groups")
    if groups is None:
        return pl.DataFrame(schema={"place": pl.String, "holder_id": pl.String})
    return groups.select(place="group", holder_id="person_id").unique().sort("place", "holder_id")


def _joined(cards: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    return cards.join(kept, on="holder_id")


def uplift(
    told: tuple[int, int], held_out: tuple[int, int], *, interval_share: float
) -> tuple[float, float, float]:
    """By how much the share of people harmed was lower among those told than among those held out.

    `told` and `held_out` are (harmed, people). Returns the difference with its lower and upper bound.
    Source: Newcombe 1998, method 10, from Wilson's bounds of both shares.
    """
    z = float(stats.norm.isf((1.0 - interval_share) / 2.0))
    p, q = held_out[0] / held_out[1], told[0] / told[1]
    (low_p, high_p), (low_q, high_q) = (_wilson(*held_out, z), _wilson(*told, z))
    down = float(np.hypot(p - low_p, high_q - q))
    up = float(np.hypot(high_p - p, q - low_q))
    return p - q, p - q - down, p - q + up


def _wilson(hits: int, people: int, z: float) -> tuple[float, float]:
    share = hits / people
    middle = (share + z * z / (2 * people)) / (1 + z * z / people)
    half = (
        z / (1 + z * z / people) * np.sqrt(share * (1 - share) / people + z * z / (4 * people**2))
    )
    return float(middle - half), float(middle + half)


def _with_holders(attributed: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    holders = [
        frames[kind].select(
            pl.lit(kind).alias("card_kind"), pl.col(f"{kind}_id").alias("card_id"), "holder_id"
        )
        for kind in ("account", "sim")
        if kind in frames
    ]
    known = pl.concat(holders).unique(["card_kind", "card_id"], keep="first", maintain_order=True)
    return attributed.join(known, on=["card_kind", "card_id"], how="left", maintain_order="left")


def _by_purpose(cards: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    opening = frames.get("opening")
    if opening is None or "purpose" not in opening.columns:
        return cards.clear().with_columns(purpose=pl.lit(None, dtype=pl.String))
    told = opening.filter(pl.col("purpose").is_not_null() & pl.col("card_id").is_not_null()).select(
        pl.col("card_kind").cast(pl.String), "card_id", "purpose"
    )
    told = told.unique(["card_kind", "card_id"], keep="first", maintain_order=True)
    return cards.join(told, on=["card_kind", "card_id"])


def _raised(
    cards: pl.DataFrame,
    column: str,
    name: str,
    how: tuple[str, str],
    regime: Regime,
    *,
    rate: float,
) -> pl.DataFrame:
    """Groups whose holders' cards are implicated more often than people's cards are at large, shrunk."""
    rows = (
        cards.filter((pl.col("holder_kind") == "person") & pl.col(column).is_not_null())
        .group_by(column)
        .agg(size=pl.col("holder_id").n_unique(), cards=pl.len(), bad=pl.col("known_month").count())
        .sort(column)
    )
    bad, held = rows["bad"].to_numpy().astype(float), rows["cards"].to_numpy().astype(float)
    expected = held * rate
    risk = np.zeros(rows.height)
    if bad.sum() > 0:
        variance = spread(bad, expected, usual=regime.number("scorecards.usual_spread"))
        risk = posterior(bad, expected, variance, interval_share=0.5).mean
    return _named(rows.with_columns(risk=risk).filter(pl.col("risk") > 1.0), column, name, how)


def _named(rows: pl.DataFrame, column: str, name: str, how: tuple[str, str]) -> pl.DataFrame:
    channel, message = how
    return rows.select(
        group=pl.lit(f"{name}:") + pl.col(column).cast(pl.String),
        channel=pl.lit(channel),
        message_id=pl.lit(message),
        size=pl.col("size").cast(pl.Int64),
        risk=pl.col("risk").cast(pl.Float64),
    )


def _defrauded(cards: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    """Districts where holders paid a card that was reported soon after, by how many of them did."""
    lead, transfer = frames.get("lead"), frames.get("transfer")
    empty = pl.DataFrame(
        {"region_code": [], "size": [], "risk": []}, schema_overrides={"region_code": pl.String}
    )
    how = ("app_notice", "pause_before_paying")
    if lead is None or transfer is None or lead.is_empty() or transfer.is_empty():
        return _named(empty, "region_code", "region", how)
    told = lead.filter(pl.col("card_kind").cast(pl.String) == "account").select(
        pl.col("card_id").alias("payee_id"), "issued_at"
    )
    paid = (
        transfer.select("payer_id", "payee_id", "at")
        .join(told, on="payee_id")
        .filter(
            (pl.col("at") < pl.col("issued_at"))
            & (pl.col("issued_at") - pl.col("at") <= _BEFORE_LEAD)
        )
        .select(card_id="payer_id")
        .unique()
    )
    held = cards.filter((pl.col("card_kind") == "account") & pl.col("region_code").is_not_null())
    rows = (
        held.with_columns(hit=pl.col("card_id").is_in(paid["card_id"].implode()))
        .group_by("region_code")
        .agg(
            size=pl.col("holder_id").n_unique(), risk=pl.col("hit").mean(), hits=pl.col("hit").sum()
        )
    )
    return _named(rows.filter(pl.col("hits") > 0), "region_code", "region", how)


def _taught(attributed: pl.DataFrame, regime: Regime) -> pl.DataFrame:
    """The staff of institutions whose openings turned bad more often than others'."""
    rows = (
        attributed.filter(pl.col("staff_id").is_not_null())
        .group_by("institution_id")
        .agg(size=pl.col("staff_id").n_unique(), cards=pl.len(), bad=pl.col("known_month").count())
        .sort("institution_id")
    )
    bad, held = rows["bad"].to_numpy().astype(float), rows["cards"].to_numpy().astype(float)
    risk = np.zeros(rows.height)
    if bad.sum() > 0:
        expected = held * bad.sum() / held.sum()
        variance = spread(bad, expected, usual=regime.number("scorecards.usual_spread"))
        risk = posterior(bad, expected, variance, interval_share=0.5).mean
    rows = rows.with_columns(risk=risk).filter(pl.col("risk") > 1.0)
    return _named(rows, "institution_id", "staff_of", ("training", "checks_at_opening"))
