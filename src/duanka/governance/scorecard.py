"""The scorecards of the contract: what each unit shows in each month, beside what is expected of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka import tables
from duanka.governance import months, shrinkage
from duanka.governance.attribution import attribute
from duanka.governance.horizon import Horizon, horizon, window_of
from duanka.governance.sheets import Sheet, count, sheets
from duanka.governance.succession import moved, succeed

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
    """The trace-back and the counts of what was known before `as_of`; None where no label says anything.

    A frame `succession`, where given, says who answers for units that are no more and cards that moved.
    """
    frames = {name: _known(name, frame, as_of) for name, frame in frames.items()}
    if "succession" in frames:
        frames = succeed(frames, frames["succession"], as_of)
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
    if "succession" in frames:
        attributed = moved(attributed, frames["succession"], frames.get("outlet"), span=span)
    weight = 1 if regime["scorecards.self_detected_counts"] else 0
    found = sheets(count(attributed, span), span, self_found_counts=weight)
    return Governed(attributed, span, tuple(found))


def _known(name: str, frame: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    time = tables.time_of(name) if name in tables.INPUTS else None
    return frame if time is None else frame.filter(pl.col(time) < as_of)


def scorecard(found: Sequence[Sheet], regime: Regime) -> pl.DataFrame:
    """The scorecard table: every unit with exposure, by kind, period, side and rank.

    Columns: as the contract; `implicated` and `rate_per_10k` count every implicated card known; `shrunk_per_10k`
        and its bounds leave out those the unit found itself, lean on the last months' ratio of found to
        expected cards, and tell what the month will show in the end.
    """
    parts = [rows_of(sheet, regime) for sheet in found]
    if not parts:
        return tables.empty("scorecard")
    return pl.concat([tables.typed("scorecard", part) for part in parts])


def rows_of(sheet: Sheet, regime: Regime) -> pl.DataFrame:
    """The rows of the scorecard that a sheet makes, by month and unit."""
    window = window_of(sheet.unit_kind, regime)
    counted, so_far = lately(sheet.counted, window), lately(sheet.expected_so_far, window)
    month, unit = np.nonzero((sheet.exposure > 0).T)
    at = (unit, month)
    post = shrinkage.posterior(
        counted[at],
        so_far[at],
        usual_spread(counted, so_far, window, regime),
        interval_share=regime.number("scorecards.interval_share"),
    )
    exposure = sheet.exposure[at]
    expected = PER * sheet.expected[at] / exposure
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
            "rank": _ranks(month, post.lower, counted[at]),
        }
    )


def lately(cards: NDArray[np.number], window: int) -> NDArray[np.float64]:
    """What the last `window` months up to each month add up to.

    Shapes: [units, months] both.
    """
    total = np.cumsum(cards, axis=1, dtype=np.float64)
    out = total.copy()
    out[:, window:] -= total[:, :-window]
    return out


def usual_spread(
    counted: NDArray[np.float64], expected: NDArray[np.float64], window: int, regime: Regime
) -> float:
    """How much the units of a sheet differ beyond chance, by stretches of months that do not overlap.

    Shapes: [units, months]: what the months up to each add up to.
    """
    last = counted.shape[1] - 1
    stretches = slice(last % window, None, window)
    o, e = counted[:, stretches].ravel(), expected[:, stretches].ravel()
    return shrinkage.spread(o[e > 0], e[e > 0], usual=regime.number("scorecards.usual_spread"))


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
