"""Beside a month's scorecards: how each unit moved, how sure its rank is, and the funnel it is held to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.governance import shrinkage
from duanka.governance.horizon import window_of
from duanka.governance.scorecard import lately, usual_spread
from duanka.governance.trend import change, rank_range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from duanka.governance.sheets import Sheet
    from duanka.policy.dated import Regime

    Floats = NDArray[np.float64]

_BACK = {"month": 1, "year": 12}
_NUMBERS = (
    "rank_from", "rank_to", "funnel_lower", "funnel_upper",
    *(f"change_{name}{part}" for name in _BACK for part in ("", "_lower", "_upper")),
)  # fmt: skip


def movement(found: Sequence[Sheet], regime: Regime, *, month: int) -> pl.DataFrame:
    """A row for every row of the month's scorecards.

    Columns: unit_kind, unit_id, side; rank_from and rank_to: between which ranks the unit lies when all ratios
        are drawn again; counted and funnel_lower, funnel_upper: its cards in the months looked at, and between
        which counts an ordinary unit of its size stays; change_month and change_year with bounds: the ratio of
        found to expected cards over that of the month or year before, null where there is none.
    """
    parts = [_moved(sheet, regime, month - sheet.first) for sheet in found]
    schema = {"unit_kind": pl.String, "unit_id": pl.String, "side": pl.String, "counted": pl.Int64}
    return pl.concat([pl.DataFrame(schema=schema | dict.fromkeys(_NUMBERS, pl.Float64)), *parts])


def _moved(sheet: Sheet, regime: Regime, at: int) -> pl.DataFrame:
    window = window_of(sheet.unit_kind, regime)
    share = regime.number("scorecards.interval_share")
    counted, expected = lately(sheet.counted, window), lately(sheet.expected_so_far, window)
    variance = usual_spread(counted, expected, window, regime)
    here = np.flatnonzero(sheet.exposure[:, at] > 0)
    o, e = counted[here, at], expected[here, at]
    low, high = (
        rank_range(1 / variance + o, 1 / variance + e, seed=at, interval_share=share)
        if here.size
        else (o, o)
    )
    funnel = shrinkage.funnel(e, variance, share=share)
    columns: dict[str, object] = {
        "unit_kind": pl.repeat(sheet.unit_kind, here.size, dtype=pl.String, eager=True),
        "unit_id": pl.Series(sheet.units, dtype=pl.String).gather(here),
        "side": pl.repeat(sheet.side, here.size, dtype=pl.String, eager=True),
        "counted": o.astype(np.int64),
        "rank_from": low,
        "rank_to": high,
        "funnel_lower": funnel[0],
        "funnel_upper": funnel[1],
    }
    for name, back in _BACK.items():
        columns |= _changed(sheet, here, (at, at - back), share, name)
    return pl.DataFrame(columns).with_columns(pl.col(_NUMBERS).cast(pl.Float64))


def _changed(
    sheet: Sheet, here: NDArray[np.int64], when: tuple[int, int], share: float, name: str
) -> dict[str, pl.Series]:
    """The change since an earlier month; null where then or now nothing could be expected."""
    names = (f"change_{name}", f"change_{name}_lower", f"change_{name}_upper")
    if when[1] < 0 or not here.size:
        return {one: pl.repeat(None, here.size, dtype=pl.Float64, eager=True) for one in names}
    (o, e), (before, usual) = (
        (sheet.counted[here, m].astype(np.float64), sheet.expected_so_far[here, m]) for m in when
    )
    known = (e > 0) & (usual > 0) & (o + before > 0)
    told = change(
        (o, np.where(known, e, 1.0)), (before, np.where(known, usual, 1.0)), interval_share=share
    )
    figures = (told.ratio, told.lower, told.upper)
    return {
        one: pl.Series(np.where(known & np.isfinite(values), values, np.nan)).fill_nan(None)
        for one, values in zip(names, figures, strict=True)
    }
