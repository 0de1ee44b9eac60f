"""Which units to inspect first (执法检查计划): by how many implicated cards beyond their peers are sure, and why."""

from __future__ import annotations

import polars as pl

KINDS = ("outlet", "institution")
BECAUSE = "inspection_by_risk"
_SCHEMA = {
    "unit_kind": pl.String,
    "unit_id": pl.String,
    "period": pl.String,
    "excess": pl.Float64,
    "share_new": pl.Float64,
    "why": pl.String,
}


def plan(evidence: pl.DataFrame, *, most: int) -> pl.DataFrame:
    """As many units as can be inspected, those first where most implicated cards are beyond doubt beyond their peers'.

    A small unit with a wild rate has few such cards, and a big ordinary one has none.

    Columns:
        evidence: the month's figures behind the listings.
        returns: unit_kind, unit_id, period, excess (cards: the lower bound of the ratio less one, times what is
            expected), share_new (of its implicated cards, those opened lately: look at openings, else at stock), why.
    """
    if evidence.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    excess = (pl.col("lower_ratio") - 1.0) * pl.col("expected")
    rows = (
        evidence.with_columns(pl.col("unit_kind").cast(pl.String))
        .filter(pl.col("unit_kind").is_in(KINDS) & (excess > 0))
        .with_columns(
            excess=excess,
            share_new=pl.col("counted_new") / pl.col("implicated").clip(lower_bound=1),
        )
        .sort(["excess", "unit_kind", "unit_id"], descending=[True, False, False])
        .head(most)
    )
    where = (
        pl.when(pl.col("share_new") >= 0.5).then(pl.lit("开户环节")).otherwise(pl.lit("存量管理"))
    )
    alone = (
        pl.when(pl.col("concentrated")).then(pl.lit("，集中于个别员工或网点")).otherwise(pl.lit(""))
    )
    why = pl.format("涉案卡至少比同类多{}张，主要在{}{}", pl.col("excess").round(1), where, alone)
    return rows.with_columns(why=why).select(*_SCHEMA)
