"""What the applications that an employee granted have about them: each is a question to ask, none is a finding."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import stats

from duanka.governance import shrinkage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.policy.dated import Regime

ASKED = {
    "off_hours": "营业时间以外办理",
    "after_refusal": "被拒后不久又在此办成",
    "companion": "由多次带人办卡者陪同",
    "repeated": "同一申请人反复在此办卡",
    "override": "系统建议拒绝而仍办理",
    "near_dealers": "申请人、陪同人或所开卡在疑似卡商的团伙之内",
}
"""Each circumstance that is counted, in words."""
COUNTS = tuple(f"{name}_count" for name in ASKED)
_SINCE_REFUSAL = timedelta(days=30)


def circumstances(
    opening: pl.DataFrame | None, regime: Regime, seen: Mapping[str, pl.DataFrame] | None = None
) -> pl.DataFrame:
    """How many of each employee's granted applications have what about them, and which are beyond other employees'.

    Columns:
        seen: from a run, where there is one: `advice` (opening_id, advice) and `near` (subject_kind, subject_id: who
            belongs to a network in which a dealer is suspected).
        returns: staff_id, opening_count, a count for each of ASKED (null where nothing tells it), asked_about
            (those that other employees do not explain, with ; between them).
    """
    if opening is None or opening.is_empty():
        counts = dict.fromkeys(("opening_count", *COUNTS), pl.Int64)
        return pl.DataFrame(schema={"staff_id": pl.String} | counts | {"asked_about": pl.String})
    told = seen or {}
    granted = opening.filter(
        (pl.col("outcome").cast(pl.String) != "refused") & pl.col("staff_id").is_not_null()
    ).with_columns(pl.col("card_kind").cast(pl.String))
    least = int(regime.number("insiders.least_repeated"))
    hits = {
        "off_hours": _off_hours(granted, regime),
        "after_refusal": _again(granted, opening),
        "companion": _brought(granted, opening, least),
        "repeated": _repeated(granted, least),
        "override": _overridden(granted, told.get("advice")),
        "near_dealers": _near(granted, told.get("near")),
    }
    rows = (
        granted.with_columns(hit.alias(f"{name}_count") for name, hit in hits.items())
        .group_by("staff_id")
        .agg(
            pl.len().cast(pl.Int64).alias("opening_count"),
            *(
                pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).cast(pl.Int64).alias(name)
                for name in COUNTS
            ),
        )
        .sort("staff_id")
    )  # fmt: skip
    return _asked_about(rows, regime)


def _asked_about(rows: pl.DataFrame, regime: Regime) -> pl.DataFrame:
    """The counts with those named that are beyond what other employees' would be, few false ones among them."""
    share = regime.number("scorecards.false_discovery_share")
    least = regime.number("insiders.least_implicated")
    n = rows["opening_count"].to_numpy().astype(np.float64)
    words = []
    for name, column in zip(ASKED, COUNTS, strict=True):
        hits = rows[column].fill_null(0).to_numpy().astype(np.float64)
        usual = (hits.sum() - hits + 0.5) / (n.sum() - n + 1.0)
        tails = stats.binom.sf(hits - 1, n, np.minimum(usual, 1.0))
        steep = (hits >= least) & (hits > 2 * usual * n)
        out = shrinkage.stands_out(np.where(steep, tails, 1.0), false_share=share)
        words.append(pl.when(pl.Series(out)).then(pl.lit(name)))
    return rows.with_columns(asked_about=pl.concat_str(words, separator=";", ignore_nulls=True))


def _off_hours(granted: pl.DataFrame, regime: Regime) -> pl.Series:
    hour = (granted["at"] + timedelta(hours=8)).dt.hour()
    begins = int(regime.number("insiders.office_begins_hour"))
    return (hour < begins) | (hour >= int(regime.number("insiders.office_ends_hour")))


def again_after_refusal(granted: pl.DataFrame, opening: pl.DataFrame) -> pl.Series:
    """The applications whose applicant had been refused within thirty days before: their ids."""
    refused = opening.filter(pl.col("outcome").cast(pl.String) == "refused").select(
        "applicant_id", refused_at="at"
    )
    soon = (pl.col("refused_at") < pl.col("at")) & (
        pl.col("at") - pl.col("refused_at") <= _SINCE_REFUSAL
    )
    return granted.join(refused, on="applicant_id").filter(soon)["opening_id"].unique()


def brings_many(opening: pl.DataFrame, least: int) -> pl.Series:
    """Who came along with so many different applicants or more."""
    brought = opening.filter(pl.col("companion_id").is_not_null())
    counted = brought.group_by("companion_id").agg(pl.col("applicant_id").n_unique())
    return counted.filter(pl.col("applicant_id") >= least)["companion_id"]


def _again(granted: pl.DataFrame, opening: pl.DataFrame) -> pl.Series:
    return granted["opening_id"].is_in(again_after_refusal(granted, opening).implode())


def _brought(granted: pl.DataFrame, opening: pl.DataFrame, least: int) -> pl.Series:
    many = brings_many(opening, least)
    return granted["companion_id"].is_in(many.implode()).fill_null(value=False)


def _repeated(granted: pl.DataFrame, least: int) -> pl.Series:
    many = pl.len().over("staff_id", "applicant_id") >= least
    return granted.select(many.alias("many")).to_series()


def _overridden(granted: pl.DataFrame, advice: pl.DataFrame | None) -> pl.Series:
    if advice is None:
        return pl.repeat(None, granted.height, dtype=pl.Boolean, eager=True)
    against = advice.filter(pl.col("advice").cast(pl.String) == "refuse_opening")["opening_id"]
    return granted["opening_id"].is_in(against.implode())


def _near(granted: pl.DataFrame, near: pl.DataFrame | None) -> pl.Series:
    if near is None:
        return pl.repeat(None, granted.height, dtype=pl.Boolean, eager=True)
    kind = pl.col("subject_kind").cast(pl.String)
    person, account, sim = (
        near.filter(kind == one)["subject_id"].implode() for one in ("person", "account", "sim")
    )
    card = pl.when(pl.col("card_kind") == "sim").then(pl.col("card_id").is_in(sim)).otherwise(pl.col("card_id").is_in(account))  # fmt: skip
    hit = pl.any_horizontal(
        pl.col("applicant_id").is_in(person), pl.col("companion_id").is_in(person), card
    )
    return granted.select(hit.fill_null(value=False).alias("near")).to_series()
