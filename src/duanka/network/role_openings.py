"""Openings and registers: who came along, who stands behind firms, which staff opened what turned bad."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.role_money import kinds
from duanka.network.role_signals import none_found, said, spans

if TYPE_CHECKING:
    from duanka.network.role_cards import Known

OFFICE = (9, 17)


def opened(known: Known) -> pl.DataFrame:
    """Granted applications with p of the card that was opened."""
    if not known.has("opening"):
        return pl.DataFrame()
    rows = known.frames["opening"].with_columns(pl.col("card_kind").cast(pl.String))
    rows = rows.filter(pl.col("card_id").is_not_null())
    return rows.join(
        known.cards.select("card_kind", "card_id", "p"), on=["card_kind", "card_id"], how="left"
    ).with_columns(pl.col("p").fill_null(0.0))


def companions(known: Known, openings: pl.DataFrame) -> pl.DataFrame:
    """Signal `companion`: with how many applicants somebody came whose cards are suspected.

    What so many companions would see by chance is taken off, so that the clerk of a factory's intake,
    who comes with a hundred, is not counted for the one among them.
    """
    if openings.is_empty() or openings["companion_id"].null_count() == openings.height:
        return none_found()
    base = openings["p"].mean()
    per = (
        openings.filter(
            pl.col("companion_id").is_not_null(),
            pl.col("companion_id") != pl.col("applicant_id"),
        )
        .group_by("companion_id", "applicant_id")
        .agg(pl.col("p").max(), pl.col("at").min(), pl.col("opening_id").first())
    )
    found = per.group_by(pl.col("companion_id").alias("subject_id")).agg(
        (pl.col("p").sum() - pl.col("p").max() / 2 - pl.len() * pl.lit(base)).alias("raw"), pl.col("p").mean().alias("share"),
        *spans("opening_id"),
    )  # fmt: skip
    pure = pl.col("share") >= known.number("pure_share")
    found = found.with_columns(value=pl.when(pure).then("raw").otherwise(0.0))
    return said(kinds(known, found), "companion")


def accompanied(known: Known, openings: pl.DataFrame) -> pl.DataFrame:
    """Signal `was_accompanied`: a suspected card was opened with a companion of several suspected."""
    led = companions(known, openings).filter(pl.col("value") > 1.5)
    if led.is_empty():
        return none_found()
    found = openings.join(led.select(pl.col("subject_id").alias("companion_id")), on="companion_id")
    found = found.filter(pl.col("p") >= known.number("suspected_score"))
    found = found.group_by(pl.col("applicant_id").alias("subject_id")).agg(
        pl.lit(1.0).alias("value"), *spans("opening_id")
    )
    return said(kinds(known, found), "was_accompanied")


def firms(known: Known) -> list[pl.DataFrame]:
    """Signals `represents_suspected`, `firms_suspected` and `many_firms`: behind which firms somebody stands.

    As their legal person; or behind firms of others, by the contact number or the number that their
    accounts are bound to. Suspected are firms whose accounts are.
    """
    if not known.has("organisation"):
        return [none_found()]
    firm = known.frames["organisation"]
    sims = known.of_kind("sim").filter(pl.col("holder_kind") == "person")
    sims = sims.select(pl.col("card_id").alias("sim_id"), pl.col("holder_id").alias("who"))
    firm = firm.select("organisation_id", "legal_person_id", "contact_sim_id", "registered_on")
    p = known.holders.select(pl.col("holder_id").alias("organisation_id"), "p")
    firm = firm.join(p, on="organisation_id", how="left").with_columns(pl.col("p").fill_null(0.0))
    behind = [
        firm.join(sims, left_on="contact_sim_id", right_on="sim_id").select([*firm.columns, "who"]),
    ]
    if known.has("account") and "sim_id" in known.frames["account"].columns:
        bound = known.frames["account"].select("holder_id", "sim_id").join(sims, on="sim_id")
        behind.append(
            firm.join(bound, left_on="organisation_id", right_on="holder_id").select(
                [*firm.columns, "who"]
            )
        )
    links = pl.concat(behind).unique(["organisation_id", "who"], keep="first", maintain_order=True)
    return [_represents(known, firm), *_firm_signals(known, links)]


def _represents(known: Known, firm: pl.DataFrame) -> pl.DataFrame:
    at = pl.col("registered_on").cast(pl.Datetime("us", "UTC"))
    found = firm.with_columns(at=at).group_by(pl.col("legal_person_id").alias("subject_id")).agg(
        pl.col("p").max().alias("value"), *spans("organisation_id")
    )  # fmt: skip
    return said(kinds(known, found.drop_nulls("subject_id")), "represents_suspected")


def _firm_signals(known: Known, links: pl.DataFrame) -> list[pl.DataFrame]:
    at = pl.col("registered_on").cast(pl.Datetime("us", "UTC"))
    recent = at >= pl.lit(known.as_of) - pl.duration(days=known.number("firm_days"))
    others = pl.col("legal_person_id").ne_missing(pl.col("who"))
    found = links.with_columns(at=at).filter(others).group_by(pl.col("who").alias("subject_id")).agg(
        pl.col("p").sum().alias("bad"), recent.sum().cast(pl.Float64).alias("fresh"), *spans("organisation_id")
    )  # fmt: skip
    found = kinds(known, found)
    return [
        said(found.with_columns(value=pl.col("bad")), "firms_suspected"),
        said(found.with_columns(value=pl.col("fresh") - 0.5), "many_firms"),
    ]


def staff(known: Known) -> list[pl.DataFrame]:
    """Signals of staff: `excess`, `odd_hours`, `same_companion` and `sold_soon`.

    `excess` is how many suspected cards somebody opened beyond what the outlet's others lead one to
    expect, shrunk; the cards' other marks say whether it is the clerk or the customers.
    """
    rows = by_staff(known)
    if rows.is_empty():
        return [none_found()]
    bad = rows.filter(pl.col("p") >= known.number("suspected_score"))
    spread = known.number("insider_prior")
    overall = float(rows.select(pl.col("p").mean()).item())
    by_outlet = rows.group_by("outlet_id").agg(
        pl.col("p").sum().alias("o_bad"), pl.len().alias("o_n")
    )
    found = rows.group_by("staff_id", "outlet_id").agg(
        pl.col("p").sum().alias("bad"), pl.len().alias("n")
    )
    found = found.join(by_outlet, on="outlet_id")
    rest = (pl.col("o_bad") - pl.col("bad") + spread * overall * 100) / (
        pl.col("o_n") - pl.col("n") + spread * 100
    )
    expected = pl.col("n") * rest
    found = (
        found.with_columns(raw=pl.col("bad") - expected)
        .group_by("staff_id")
        .agg(pl.col("raw").sum(), pl.col("n").sum())
    )
    spans_ = bad.group_by("staff_id").agg(*spans("card_id"))
    found = found.join(spans_, on="staff_id").with_columns(
        subject_kind=pl.lit("staff"), subject_id=pl.col("staff_id"), value=pl.col("raw")
    )
    return [said(found, "excess"), *_circumstances(known, bad)]


def by_staff(known: Known) -> pl.DataFrame:
    """Cards lately opened with who opened them: card_kind, card_id, holder_id, p, staff_id, outlet_id, at, companion_id."""
    parts = []
    for name, when in (("account", "opened_at"), ("sim", "activated_at")):
        if known.has(name):
            rows = known.frames[name].filter(pl.col("staff_id").is_not_null())
            parts.append(rows.select(pl.lit(name).alias("card_kind"), pl.col(f"{name}_id").alias("card_id"), "staff_id", "outlet_id", pl.col(when).alias("at")))  # fmt: skip
    if not parts:
        return pl.DataFrame()
    rows = pl.concat(parts).join(known.cards, on=["card_kind", "card_id"], how="left")
    since = pl.lit(known.as_of) - pl.duration(days=known.number("insider_days"))
    rows = rows.filter(pl.col("at") >= since)
    companion = pl.lit(None, dtype=pl.String).alias("companion_id")
    if not known.has("opening"):
        return rows.with_columns(companion)
    extra = known.frames["opening"].select(
        pl.col("card_kind").cast(pl.String), "card_id", "companion_id"
    )
    extra = extra.unique(["card_kind", "card_id"], keep="first", maintain_order=True)
    return rows.join(extra, on=["card_kind", "card_id"], how="left")


def _circumstances(known: Known, bad: pl.DataFrame) -> list[pl.DataFrame]:
    local = pl.col("at").dt.convert_time_zone("Asia/Shanghai").dt.hour()
    bad = bad.with_columns(
        subject_kind=pl.lit("staff"), subject_id=pl.col("staff_id"),
        odd=(local < OFFICE[0]) | (local >= OFFICE[1]),
    )  # fmt: skip
    key = ["subject_kind", "subject_id"]
    odd = (
        bad.filter("odd")
        .group_by(key)
        .agg(pl.len().cast(pl.Float64).alias("value"), *spans("card_id"))
    )
    led = (
        bad.filter(
            pl.col("companion_id").is_not_null(), pl.col("companion_id") != pl.col("holder_id")
        )
        .group_by(*key, "companion_id")
        .agg(pl.col("holder_id").n_unique().alias("led"), *spans("card_id"))
        .filter(pl.col("led") > 1)
        .sort("led")
        .group_by(key)
        .agg(
            pl.col("led").max().cast(pl.Float64).alias("value"),
            pl.col("count", "first_at", "last_at", "events").last(),
        )
    )
    soon = pl.col("since") - pl.col("at") <= pl.duration(days=known.number("sale_days"))
    quick = bad.join(
        known.suspects.select("card_kind", "card_id", "since"), on=["card_kind", "card_id"]
    ).filter(soon)
    quick = quick.group_by(key).agg(pl.len().cast(pl.Float64).alias("value"), *spans("card_id"))
    return [said(odd, "odd_hours"), said(led, "same_companion"), said(quick, "sold_soon")]
