"""Signs that figures were made rather than met: each raises a question to be asked, none is a penalty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import stats

from duanka.governance import shrinkage
from duanka.governance.months import month_column, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from duanka.governance.sheets import Sheet
    from duanka.policy.dated import Regime

    Floats = NDArray[np.float64]

QUESTIONS = {
    "openings_fall": "本期新开卡明显少于前几期：是否以拒办、停办压低涉案率？",
    "self_found_fall": "本期自行发现明显少于前几期：是否停止了自查或报送？",
    "closed_before": "销户比例明显高于同类：是否在倒查之前销户？",
    "agents_rise": "代理渠道开卡占比明显上升：是否将开卡转移到代理？",
    "refusals_rise": "拒办比例明显高于前几期：拒办是否均有理由并经复核？",
    "non_locals_refused": "外地户籍申请人的拒办比例明显高于本地：是否以地域一刀切拒办？",
}
_BEFORE = 3
_SCHEMA = {
    "check": pl.String,
    "unit_kind": pl.String,
    "unit_id": pl.String,
    "period": pl.String,
    "found": pl.Int64,
    "usual": pl.Float64,
    "tail_share": pl.Float64,
    "question": pl.String,
}


def questions(
    found: Sequence[Sheet],
    frames: Mapping[str, pl.DataFrame],
    regime: Regime,
    *,
    month: int,
    origins: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """What to ask of which unit about the month, the least likely by chance first.

    `origins` are counts of applications and refusals by institution, of people from elsewhere and of others
    (`jobs.govern_origins`): counts only, to measure harm.

    Columns: check, unit_kind, unit_id, period, found, usual (for as many), tail_share, question.
    """
    share = regime.number("scorecards.false_discovery_share")
    parts = [
        rows.filter(
            pl.Series(shrinkage.stands_out(rows["tail_share"].to_numpy(), false_share=share))
        )
        for rows in (
            *_falls(found, month),
            _closed(frames),
            _shares(frames, month, "refusals_rise", pl.col("outcome") == "refused"),
            _shares(frames, month, "agents_rise", pl.col("outlet_kind") == "agent"),
            _apart(origins),
        )
        if rows.height
    ]
    whole = pl.concat([pl.DataFrame(schema=_DRAFT), *parts])
    asked = pl.col("check").replace_strict(QUESTIONS, return_dtype=pl.String).alias("question")
    named = whole.with_columns(period=pl.lit(name_of(month)), question=asked)
    return named.select(*_SCHEMA).sort("tail_share", "check", "unit_id")


_DRAFT = {name: kind for name, kind in _SCHEMA.items() if name not in {"period", "question"}}


def _draft(
    check: str, unit_kind: str, units: Sequence[str], figures: Sequence[Floats]
) -> pl.DataFrame:
    found, usual, tails = figures
    return pl.DataFrame(
        {
            "check": pl.repeat(check, len(units), dtype=pl.String, eager=True),
            "unit_kind": pl.repeat(unit_kind, len(units), dtype=pl.String, eager=True),
            "unit_id": pl.Series(units, dtype=pl.String),
            "found": found.astype(np.int64),
            "usual": usual.astype(np.float64),
            "tail_share": tails.astype(np.float64),
        }
    )


def _falls(found: Sequence[Sheet], month: int) -> list[pl.DataFrame]:
    """Fewer openings, or fewer cards found by itself, than the months before, by an exact comparison."""
    out = []
    for sheet in found:
        at = month - sheet.first
        if sheet.unit_kind not in {"outlet", "institution"} or at < _BEFORE:
            continue
        checks = [("self_found_fall", sheet.self_found)]
        if sheet.side == "new":
            checks.append(("openings_fall", sheet.exposure))
        for check, cards in checks:
            now = cards[:, at]
            whole = cards[:, at - _BEFORE : at + 1].sum(axis=1)
            tails = stats.binom.cdf(now, whole, 1.0 / (_BEFORE + 1))
            if check == "openings_fall":
                # openings come in bunches: a fall has to be steep, too
                tails = np.where(now * 2 * _BEFORE > whole - now, 1.0, tails)
            out.append(
                _draft(
                    check,
                    sheet.unit_kind,
                    sheet.units,
                    (now.astype(np.float64), (whole - now) / _BEFORE, tails),
                )
            )
    return out


def _closed(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Institutions that closed more of their cards than the others did."""
    parts = [
        frames[kind].select("institution_id", pl.col("status").cast(pl.String))
        for kind in ("account", "sim")
        if kind in frames and "status" in frames[kind].columns
    ]
    if not parts:
        return pl.DataFrame(schema=_DRAFT)
    rows = (
        pl.concat(parts)
        .filter(pl.col("status").is_not_null())
        .group_by("institution_id")
        .agg(cards=pl.len(), closed=(pl.col("status") == "closed").sum())
        .sort("institution_id")
    )
    return _beyond("closed_before", rows, rows["cards"].to_numpy(), rows["closed"].to_numpy())


def _beyond(check: str, rows: pl.DataFrame, cards: Floats, hits: Floats) -> pl.DataFrame:
    """Institutions with more hits among their cards than the others have, twice as many at least."""
    cards, hits = cards.astype(np.float64), hits.astype(np.float64)
    others = np.maximum(cards.sum() - cards, 1.0)
    usual = cards * (hits.sum() - hits + 0.5) / (others + 1.0)
    tails = stats.binom.sf(hits - 1, cards, np.minimum(usual / np.maximum(cards, 1.0), 1.0))
    tails = np.where(hits > 2 * usual, tails, 1.0)
    return _draft(check, "institution", rows["institution_id"].to_list(), (hits, usual, tails))


def _shares(
    frames: Mapping[str, pl.DataFrame], month: int, check: str, hit: pl.Expr
) -> pl.DataFrame:
    """Institutions whose share of such applications this month is twice that of the months before."""
    opening, outlet = frames.get("opening"), frames.get("outlet")
    if opening is None or outlet is None or opening.is_empty():
        return pl.DataFrame(schema=_DRAFT)
    desks = outlet.select("outlet_id", "institution_id", pl.col("outlet_kind").cast(pl.String))
    rows = (
        opening.select(
            "outlet_id", pl.col("outcome").cast(pl.String), month_column("at").alias("month")
        )
        .join(desks.unique("outlet_id", keep="first", maintain_order=True), on="outlet_id")
        .filter(pl.col("month").is_between(month - _BEFORE, month))
        .group_by("institution_id")
        .agg(
            now=(pl.col("month") == month).sum(),
            hits=(hit & (pl.col("month") == month)).sum(),
            before=(pl.col("month") < month).sum(),
            hits_before=(hit & (pl.col("month") < month)).sum(),
        )
        .sort("institution_id")
    )
    now, hits, before, earlier = (rows[c].to_numpy().astype(np.float64) for c in rows.columns[1:])
    usual = (earlier + 0.5) / (before + 1.0)
    tails = np.where(hits > 2 * usual * now, stats.binom.sf(hits - 1, now, usual), 1.0)
    return _draft(
        check, "institution", rows["institution_id"].to_list(), (hits, usual * now, tails)
    )


def _apart(origins: pl.DataFrame | None) -> pl.DataFrame:
    """Institutions that refuse people from elsewhere at least twice as often as others, by Fisher's exact test."""
    if origins is None or origins.is_empty():
        return pl.DataFrame(schema=_DRAFT)
    names = ("away", "away_refused", "near", "near_refused")
    away, refused, near, others = (origins[c].to_numpy().astype(np.float64) for c in names)
    usual = away * (others + 0.5) / (near + 1.0)
    tails = stats.hypergeom.sf(refused - 1, away + near, refused + others, away)
    tails = np.where(refused > 2 * usual, tails, 1.0)
    units = origins["institution_id"].to_list()
    return _draft("non_locals_refused", "institution", units, (refused, usual, tails))
