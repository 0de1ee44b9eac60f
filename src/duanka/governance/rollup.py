"""Districts rolled up to cities, provinces and the whole: the same sheets added up, each level held to its own spread."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import polars as pl

from duanka.governance import months, shrinkage
from duanka.governance.scorecard import PER, rows_of
from duanka.tables import regions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from duanka.governance.sheets import Sheet
    from duanka.policy.dated import Regime

    Floats = NDArray[np.float64]

N = TypeVar("N", np.int64, np.float64)
LEVELS = {"county": 6, "city": 4, "province": 2}
"""Each level with how many digits of a code name it."""


def code_at(code: str, level: str) -> str:
    """The code of the region of that level in which a district lies.

    Example:
        >>> code_at("990101", "city"), code_at("990101", "province")
        ('990100', '990000')
    """
    return code[: LEVELS[level]].ljust(6, "0")


def rolled(sheet: Sheet, level: str) -> Sheet:
    """The sheet of districts as one of the regions of a level."""
    codes = np.array([code_at(one, level) for one in sheet.units])
    units, at = np.unique(codes, return_inverse=True)
    events = sheet.by_known.copy()
    if events.size:
        events[:, 0] = at[events[:, 0]]

    def added(cards: NDArray[N]) -> NDArray[N]:
        out = np.zeros((units.size, cards.shape[1]), dtype=cards.dtype)
        np.add.at(out, at, cards)
        return out

    weight = np.stack([added(one) for one in sheet.weight])
    return replace(
        sheet,
        units=tuple(units.tolist()),
        exposure=added(sheet.exposure),
        implicated=added(sheet.implicated),
        self_found=added(sheet.self_found),
        counted=added(sheet.counted),
        expected=added(sheet.expected),
        expected_so_far=added(sheet.expected_so_far),
        by_known=events,
        weight=weight,
    )


def rollup(found: Sequence[Sheet], regime: Regime, *, month: int) -> pl.DataFrame:
    """The month's scorecards of counties, cities and provinces; sums of a level are those of the one below.

    Columns: level, name, and those of the contract's scorecard but unit_kind; ranks are within level and side.
    """
    districts = [sheet for sheet in found if sheet.unit_kind == "region"]
    parts = [
        rows_of(rolled(sheet, level), regime)
        .filter(pl.col("period") == months.name_of(month))
        .select(pl.lit(level).alias("level"), pl.exclude("unit_kind"))
        for level in LEVELS
        for sheet in districts
    ]
    if not parts:
        return pl.DataFrame(schema={"level": pl.String, "unit_id": pl.String, "name": pl.String})
    whole = pl.concat(parts)
    names = pl.Series([regions.name_of(one) for one in whole["unit_id"]], dtype=pl.String)
    return whole.with_columns(name=names)


def from_cards(cards: pl.DataFrame, level: str, regime: Regime) -> pl.DataFrame:
    """The districts of a written scorecard (one period and side) rolled up to a level, worst first.

    A written scorecard tells one month, not the months that its own intervals lean on: these intervals are wider.

    Columns: unit_id, districts, exposure, implicated, self_detected, expected_per_10k, rate_per_10k,
        shrunk_per_10k, lower_per_10k, upper_per_10k.
    """
    code = pl.col("unit_id").str.slice(0, LEVELS[level]).str.pad_end(6, "0")
    counts = ("exposure", "implicated", "self_detected")
    rows = (
        cards.group_by(code.alias("unit_id"))
        .agg(
            pl.len().alias("districts"),
            pl.col(counts).cast(pl.Int64).sum(),
            expected=(pl.col("expected_per_10k") * pl.col("exposure")).sum() / PER,
        )
        .sort("unit_id")
    )
    counted = (rows["implicated"] - rows["self_detected"]).to_numpy().astype(np.float64)
    expected = rows["expected"].to_numpy()
    usual = regime.number("scorecards.usual_spread")
    variance = shrinkage.spread(counted, expected, usual=usual) if rows.height else usual
    share = regime.number("scorecards.interval_share")
    post = shrinkage.posterior(counted, expected, variance, interval_share=share)
    base = pl.col("expected") * PER / pl.col("exposure")
    told = rows.with_columns(
        expected_per_10k=base,
        rate_per_10k=PER * pl.col("implicated") / pl.col("exposure"),
        shrunk_per_10k=pl.Series(post.mean) * base,
        lower_per_10k=pl.Series(post.lower) * base,
        upper_per_10k=pl.Series(post.upper) * base,
        ratio=pl.Series(post.lower),
    ).filter(pl.col("exposure") > 0)
    return told.sort("ratio", "unit_id", descending=[True, False]).drop("ratio", "expected")
