"""What is published of a month: its tables, its letters, and where a frozen month has become another since."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput
from duanka.governance import (
    attribution,
    conduct,
    gaming,
    insiders,
    inspection,
    letters,
    listing,
    months,
    movement,
    outreach,
    progress,
    rollup,
    scorecard,
    stock,
    traceback,
    units,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duanka.governance.scorecard import Governed
    from duanka.policy.dated import Regime

RESTRICTED = ("insiders", "traceback", "terminals")
"""Tables that only those who must know may see; they are published apart."""
_KEY = ["unit_kind", "unit_id", "side"]
_CONDUCT = ["opening_count", "refused_count", "lead_count", "paid_after_count"]
_COUNTS = ["exposure", "implicated", "self_detected"]


def month_tables(
    found: Governed,
    frames: Mapping[str, pl.DataFrame],
    regime: Regime,
    *,
    month: int,
    told: Mapping[str, pl.DataFrame] | None = None,
) -> dict[str, pl.DataFrame]:
    """The tables of one month by name.

    `told` is what the ledger says, where there is one: `owed` as `governance.docket.owed`, `asked` as
    `governance.stock.campaigns` takes it, the frames of `governance.conduct.of_ledger`; and `advice` and `near`
    of a run as `governance.circumstances` takes them, `origins` as `governance.gaming.questions`.

    Raises: BadInput if the labels do not speak of the month.
    """
    if not found.span.begins <= month <= found.span.last:
        raise BadInput(
            f"labels do not speak of {months.name_of(month)}",
            where="--period",
            fix=f"give a month from {months.name_of(found.span.begins)} to {months.name_of(found.span.last)}",
        )
    period, said = pl.col("period") == months.name_of(month), told or {}
    judged = listing.judge(found, regime, frames.get("institution"), owed=said.get("owed"))
    share = regime.number("scorecards.interval_share")
    board = progress.board(frames, judged.table, interval_share=share)
    figures = judged.evidence.filter(period) if judged.evidence.height else judged.evidence
    most = int(regime.number("matters.most_inspections"))
    traced = traceback.trace_back(found.attributed, frames, regime)
    standing = stock.standing(frames, most_cards=int(regime.number("scorecards.usual_cards")))
    asked = said.get("asked", pl.DataFrame(schema=stock.ASKED))
    return {
        "progress": board,
        "scorecard": scorecard.scorecard(found.sheets, regime).filter(period),
        "movement": movement.movement(found.sheets, regime, month=month),
        "listing": judged.table.filter(period),
        "evidence": figures,
        "inspections": inspection.plan(figures, most=most),
        "questions": gaming.questions(
            found.sheets, frames, regime, month=month, origins=said.get("origins")
        ),
        "stock": stock.joined(standing, asked),
        "campaigns": stock.campaigns(asked),
        "vintages": stock.vintages(found.attributed, found.span),
        "outreach": outreach.outreach(found.attributed, frames, regime),
        "conduct": conduct.conduct(found.attributed, frames, said, month=month),
        "units": units.units(found.attributed, frames),
        "attribution": attribution.unattributed(found.attributed),
        "regions": rollup.rollup(found.sheets, regime, month=month),
        "controls": traceback.controls(traced),
        "traceback": traced,
        "terminals": traceback.terminals(found.attributed, traced, frames, regime),
        "insiders": insiders.insiders(found, frames, regime, month=month, seen=said),
    }


def apart(
    tables: Mapping[str, pl.DataFrame],
) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
    """The tables for everybody concerned, and those for the few who must know: every row about an employee."""
    shown, restricted = {}, {}
    for name, frame in tables.items():
        if name in RESTRICTED:
            restricted[name] = frame
        elif "unit_kind" in frame.columns and name != "attribution":
            mine = pl.col("unit_kind").cast(pl.String) == "staff"
            shown[name] = frame.filter(~mine)
            restricted[name] = frame.filter(mine)
        else:
            shown[name] = frame
    return shown, {
        name: frame for name, frame in restricted.items() if name in RESTRICTED or frame.height
    }


def month_letters(
    tables: Mapping[str, pl.DataFrame],
    frames: Mapping[str, pl.DataFrame],
    regime: Regime,
    *,
    as_of: datetime,
    sender: str,
) -> dict[str, bytes]:
    """A letter by file name for every unit that is listed, employees left out: those are heard in person."""
    names = units.names(frames)
    days = int(regime.number("listings.rectify_days"))
    rows = tables["listing"].filter(
        (pl.col("listing").cast(pl.String) != "none")
        & (pl.col("unit_kind").cast(pl.String) != "staff")
    )
    out = {}
    for row in rows.iter_rows(named=True):
        kind, unit = row["unit_kind"], row["unit_id"]
        figures = tables["evidence"].row(
            by_predicate=(pl.col("unit_kind") == kind) & (pl.col("unit_id") == unit), named=True
        )
        letter = letters.Letter(
            row["listing"],
            units.said(names, kind, unit) or unit,
            row["period"],
            regime.policy.reasons[row["because"]].label.zh,
            row["legal_basis"],
            sender,
            months.said_day(as_of),
            months.said_day(as_of + timedelta(days=days)),
            int(regime.number("listings.reply_days")),
        )
        name = re.sub(r"[^\w.-]", "_", f"{row['listing']}-{kind}-{unit}")
        out[f"{name}.docx"] = letters.docx(letter, figures)
    return out


def conduct_revised(frozen: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Institutions of a frozen month whose applications, refusals or leads have become others since: late leads.

    Columns: unit_kind, unit_id, side (conduct); each count as frozen and as it is now.
    """
    sides = [
        frame.select("institution_id", *(pl.col(c).cast(pl.Int64) for c in _CONDUCT))
        for frame in (frozen, now)
    ]
    both = sides[0].join(sides[1], on="institution_id", how="full", coalesce=True, suffix="_now")
    both = both.with_columns(pl.col(*_CONDUCT, *(f"{c}_now" for c in _CONDUCT)).fill_null(0))
    other = pl.any_horizontal(pl.col(c) != pl.col(f"{c}_now") for c in _CONDUCT)
    named = both.filter(other).with_columns(unit_kind=pl.lit("institution"), side=pl.lit("conduct"))
    return named.select(
        "unit_kind", pl.col("institution_id").alias("unit_id"), "side",
        pl.exclude("unit_kind", "institution_id", "side"),
    ).sort("unit_id")  # fmt: skip


def revised(frozen: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Units of a frozen month whose counts have become others since: late leads, clearings, corrections.

    Columns: unit_kind, unit_id, side; each count as frozen and as it is now.
    """
    sides = [
        frame.select(
            *(pl.col(c).cast(pl.String) for c in _KEY), *(pl.col(c).cast(pl.Int64) for c in _COUNTS)
        )
        for frame in (frozen, now)
    ]
    both = sides[0].join(sides[1], on=_KEY, how="full", coalesce=True, suffix="_now")
    both = both.with_columns(pl.col(*_COUNTS, *(f"{c}_now" for c in _COUNTS)).fill_null(0))
    other = pl.any_horizontal(pl.col(c) != pl.col(f"{c}_now") for c in _COUNTS)
    return both.filter(other).sort(_KEY)
