"""The board of the three lines (打击、行业治理、重点整治) by month, from the events themselves, with changes and ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from polars import selectors as cs

from duanka.governance.months import month_column, name_of
from duanka.governance.trend import change

if TYPE_CHECKING:
    from collections.abc import Mapping

MEASURES = {
    "leads_issued": ("strike", "发出线索"),
    "loss_fen": ("strike", "线索所涉损失（分）"),
    "implicated_known": ("strike", "认定涉案卡"),
    "openings": ("industry", "办理开卡申请"),
    "refusals": ("industry", "拒绝申请"),
    "self_found": ("industry", "自行发现涉案卡"),
    "cleared": ("industry", "核查澄清"),
    "listed_units": ("rectification", "在列单位"),
    "red_cards": ("rectification", "红牌"),
    "suspended_units": ("rectification", "暂停新开户"),
}
"""Each measure of the board with its line and its name."""
_YEAR = 12


def board(
    frames: Mapping[str, pl.DataFrame], listing: pl.DataFrame, *, interval_share: float
) -> pl.DataFrame:
    """Every measure of every month in which anything is known, with its change on the month and the year before.

    Columns: period, line, measure, label, value, change_month, change_month_lower, change_month_upper,
        change_year, change_year_lower, change_year_upper (ratios; ranges of counts only, not of money).
    """
    counted = pl.concat(
        [pl.DataFrame(schema={"month": pl.Int32, "measure": pl.String, "value": pl.Int64})]
        + [
            rows.select(pl.col("month").cast(pl.Int32), "measure", pl.col("value").cast(pl.Int64))
            for rows in _counts(frames)
        ]
        + _listed(listing)
    )
    parts = [
        _moved(rows, str(name), interval_share) for (name,), rows in counted.group_by("measure")
    ]
    if not parts:
        return pl.DataFrame()
    order = list(MEASURES)
    whole = pl.concat(parts).with_columns(
        place=pl.col("measure").replace_strict(order, list(range(len(order))))
    )
    return whole.sort("period", "place").drop("place")


def _counts(frames: Mapping[str, pl.DataFrame]) -> list[pl.DataFrame]:
    out = []
    for table, time, measures in (
        ("lead", "issued_at", {"leads_issued": pl.len(), "loss_fen": pl.col("loss_fen").sum()}),
        (
            "opening",
            "at",
            {
                "openings": pl.len(),
                "refusals": (pl.col("outcome").cast(pl.String) == "refused").sum(),
            },
        ),
        (
            "label",
            "known_at",
            {
                "implicated_known": pl.col("implicated").sum(),
                "self_found": (
                    pl.col("implicated") & (pl.col("source").cast(pl.String) == "review")
                ).sum(),
                "cleared": (~pl.col("implicated")).sum(),
            },
        ),
    ):
        frame = frames.get(table)
        if frame is None or frame.is_empty():
            continue
        rows = frame.with_columns(month=month_column(time))
        for measure, hit in measures.items():
            found = rows.group_by("month").agg(value=hit)
            out.append(found.with_columns(measure=pl.lit(measure)))
    return out


def _listed(listing: pl.DataFrame) -> list[pl.DataFrame]:
    if listing.is_empty():
        return []
    word = pl.col("listing").cast(pl.String)
    month = (
        pl.col("period").str.slice(0, 4).cast(pl.Int32) * 12
        + pl.col("period").str.slice(5).cast(pl.Int32)
        - 1
    )
    hits = {
        "listed_units": word != "none",
        "red_cards": word == "red_card",
        "suspended_units": word == "suspend_openings",
    }
    return [
        listing.group_by(month.cast(pl.Int32).alias("month"))
        .agg(value=hit.sum().cast(pl.Int64))
        .select("month", pl.lit(measure).alias("measure"), "value")
        for measure, hit in hits.items()
    ]


def _moved(rows: pl.DataFrame, measure: str, interval_share: float) -> pl.DataFrame:
    """One measure with its changes; months between the first and the last without any are zero."""
    first, last = rows["month"].min(), rows["month"].max()
    value = np.zeros(int(last) - int(first) + 1)  # type: ignore[arg-type]
    value[rows["month"].to_numpy() - first] = rows["value"].to_numpy()
    line, label = MEASURES[measure]
    out: dict[str, object] = {
        "period": [name_of(int(first) + i) for i in range(value.size)],  # type: ignore[arg-type]
        "line": [line] * value.size,
        "measure": [measure] * value.size,
        "label": [label] * value.size,
        "value": value.astype(np.int64),
    }
    one = np.ones(value.size)
    for name, back in (("month", 1), ("year", _YEAR)):
        before = np.full(value.size, np.nan)
        before[back:] = value[:-back] if back < value.size else []
        known = ~np.isnan(before)
        told = change(
            (value, one), (np.where(known, before, 0.0), one), interval_share=interval_share
        )
        ranged = known & (measure != "loss_fen")
        out[f"change_{name}"] = np.where(known & (before > 0), told.ratio, np.nan)
        out[f"change_{name}_lower"] = np.where(ranged & (before > 0), told.lower, np.nan)
        out[f"change_{name}_upper"] = np.where(ranged & (before > 0), told.upper, np.nan)
    return pl.DataFrame(out).with_columns(cs.float().fill_nan(None))
