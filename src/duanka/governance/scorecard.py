"""The scorecards of the contract: what each unit shows in each month, beside what is expected of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka import tables
from duanka.governance import months, shrinkage
from duanka.governance.attribution import attribute
from duanka.governance.horizon import Horizon, horizon
from duanka.governance.sheets import Sheet, count, sheets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from duanka.policy.dated import Regime

PER = 10_000.0


@dataclass(frozen=True)
class Governed:
    """What the scorecards stand on: every card attributed, the months judged, a sheet a kind and side."""

    attributed: pl.DataFrame
    span: Horizon
    sheets: tuple[Sheet, ...]


def govern(frames: Mapping[str, pl.DataFrame], as_of: datetime, regime: Regime) -> Governed | None:
    """The trace-back and the counts of what was known before `as_of`; None where no label says anything."""
    label, cards = frames.get("label"), [frames.get("account"), frames.get("sim")]
    if label is None or all(frame is None or frame.is_empty() for frame in cards):
        return None
    span = horizon(
        label,
        as_of,
        young=int(regime.number("scorecards.new_card_months")),
        most=int(regime.number("scorecards.periods")),
    )
    if span is None:
        return None
    attributed = attribute(frames)
    weight = 1 if regime["scorecards.self_detected_counts"] else 0
    found = sheets(count(attributed, span), span, self_found_counts=weight)
    return Governed(attributed, span, tuple(found))


def scorecard(found: Sequence[Sheet], regime: Regime) -> pl.DataFrame:
    """The scorecard table: every unit with exposure, by kind, period, side and rank.

    Columns: as the contract; `implicated` counts every implicated card, `shrunk_per_10k` and its bounds leave
        out those the unit found itself, and tell what the month will show in the end.
    """
    parts = [_rows(sheet, regime) for sheet in found]
    if not parts:
        return tables.empty("scorecard")
    return pl.concat([tables.typed("scorecard", part) for part in parts])


def _rows(sheet: Sheet, regime: Regime) -> pl.DataFrame:
    counted, so_far = sheet.counted.astype(np.float64), sheet.expected_so_far
    inside = (sheet.exposure > 0) & (so_far > 0)
    variance = shrinkage.spread(
        counted[inside], so_far[inside], usual=regime.number("scorecards.usual_spread")
    )
    month, unit = np.nonzero((sheet.exposure > 0).T)
    at = (unit, month)
    post = shrinkage.posterior(
        counted[at],
        so_far[at],
        variance,
        interval_share=regime.number("scorecards.interval_share"),
    )
    exposure = sheet.exposure[at]
    expected = PER * sheet.expected[at] / exposure
    rank = _ranks(month, post.lower, counted[at])
    return pl.DataFrame(
        {
            "unit_kind": pl.repeat(sheet.unit_kind, unit.size, eager=True),
            "unit_id": pl.Series(sheet.units, dtype=pl.String).gather(unit),
            "period": _names(sheet).gather(month),
            "side": pl.repeat(sheet.side, unit.size, eager=True),
            "exposure": exposure,
            "implicated": sheet.implicated[at],
            "self_detected": sheet.self_found[at],
            "rate_per_10k": PER * sheet.implicated[at] / exposure,
            "shrunk_per_10k": post.mean * expected,
            "lower_per_10k": post.lower * expected,
            "upper_per_10k": post.upper * expected,
            "expected_per_10k": expected,
            "rank": rank,
        }
    )


def _names(sheet: Sheet) -> pl.Series:
    size = sheet.exposure.shape[1]
    return pl.Series([months.name_of(sheet.first + i) for i in range(size)], dtype=pl.String)


def _ranks(
    month: NDArray[np.int64], lower: NDArray[np.float64], counted: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Ranks from 1 in each month, by the lower bound of the ratio to what is expected; rows come by month.

    Not by the lower bound in cards: that would rank by what kind of customers a unit has.
    """
    order = np.lexsort((-counted, -lower, month))
    begins = np.flatnonzero(np.diff(month[order], prepend=-1))
    place = np.arange(order.size)
    place -= np.repeat(place[begins], np.diff(np.append(begins, order.size)))
    out = np.empty(order.size, dtype=np.int64)
    out[order] = place + 1
    return out
