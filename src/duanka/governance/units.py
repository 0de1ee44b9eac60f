"""Who answers for each unit and where it lies, with the names people know them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.governance.attribution import UNIT_COLUMNS
from duanka.tables import regions

if TYPE_CHECKING:
    from collections.abc import Mapping

    Frames = Mapping[str, pl.DataFrame]
    Names = Mapping[tuple[str, str], str]


def units(attributed: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    """Outlets, institutions and districts: what a matter about each is filed under.

    Where cards of a unit say several institutions or districts, most of its cards decide.

    Columns: unit_kind, unit_id, institution_id, region_code, name, remark (of a district whose code is no more
        or that nobody knows: its cards count all the same).
    """
    known = names(frames)
    parts = [_of_kind(attributed, unit_kind) for unit_kind in UNIT_COLUMNS if unit_kind != "staff"]
    whole = pl.concat(parts)
    asked = list(whole.select("unit_kind", "unit_id").iter_rows())
    remarks = [regions.remark(unit) if kind == "region" else "" for kind, unit in asked]
    return whole.with_columns(
        name=pl.Series([said(known, *one) for one in asked], dtype=pl.String),
        remark=pl.Series(remarks, dtype=pl.String),
    )


def _of_kind(attributed: pl.DataFrame, unit_kind: str) -> pl.DataFrame:
    mine = attributed.select(
        unit_id=pl.col(UNIT_COLUMNS[unit_kind]),
        institution_id=pl.lit("") if unit_kind == "region" else pl.col("institution_id"),
        region_code=pl.lit("") if unit_kind == "institution" else pl.col("region_code"),
    ).drop_nulls("unit_id")
    by = ["unit_id", "institution_id", "region_code"]
    rows = mine.group_by(by).len()
    most = rows.sort(["len", *by], descending=[True, False, False, False])
    chosen = most.unique("unit_id", keep="first", maintain_order=True).sort("unit_id")
    return chosen.select(pl.lit(unit_kind).alias("unit_kind"), *by)


def names(frames: Frames) -> dict[tuple[str, str], str]:
    """The names that the tables say, by kind and id."""
    out: dict[tuple[str, str], str] = {}
    for kind in ("institution", "outlet"):
        frame = frames.get(kind)
        if frame is not None and "name" in frame.columns:
            told = frame.filter(pl.col("name").is_not_null()).select(f"{kind}_id", "name")
            out |= {(kind, unit): name for unit, name in told.iter_rows()}
    return out


def said(known: Names, unit_kind: str, unit_id: str) -> str | None:
    """The name of a unit; a district's by its code."""
    if unit_kind == "region":
        return regions.name_of(unit_id)
    return known.get((unit_kind, unit_id))
