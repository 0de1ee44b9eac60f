"""Employees whose openings turn bad beyond what their outlet and customers explain (疑似内部人员): for a restricted queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.governance import shrinkage
from duanka.governance.circumstances import circumstances
from duanka.governance.evidence import clumps, looked_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from duanka.governance.scorecard import Governed
    from duanka.governance.sheets import Sheet
    from duanka.policy.dated import Regime

    Floats = NDArray[np.float64]

QUEUE = "restricted"


def insiders(
    found: Governed,
    frames: Mapping[str, pl.DataFrame],
    regime: Regime,
    *,
    month: int,
    seen: Mapping[str, pl.DataFrame] | None = None,
) -> pl.DataFrame:
    """Employees who stand out, with the figures and circumstances; everybody of them has a right of reply.

    A suspicion to be looked into by the institution's own audit, never a finding.

    Columns: staff_id, outlet_id, implicated, expected (given the outlet and its customers), ratio, lower_ratio,
        tail_share; the counts of `governance.circumstances` and asked_about: what to ask them first; queue,
        reply (owed until one is recorded). `seen` as there.
    """
    staff = _of(found, "staff")
    if not staff:
        return _empty()
    window = int(regime.number("scorecards.window_months"))
    shown = [looked_at(sheet, month, window=window) for sheet in staff]
    counted = np.sum([one.counted for one in shown], axis=0)
    expected = np.sum([one.expected for one in shown], axis=0)
    place = _outlet_of(found.attributed, staff[0].units)
    usual = regime.number("scorecards.usual_spread")
    clump = clumps({"staff": (counted, expected)}, usual=usual)  # colleagues make it look larger
    expected = expected * _colleagues(counted, expected, place)
    tails = shrinkage.held_to_chance(counted, expected, usual=usual, clump=clump).tails
    inside = expected > 0
    variance = shrinkage.spread(counted[inside], expected[inside], usual=usual)
    post = shrinkage.posterior(
        counted, expected, variance, interval_share=regime.number("scorecards.interval_share")
    )
    out = shrinkage.stands_out(tails, false_share=regime.number("scorecards.false_discovery_share"))
    out &= counted >= regime.number("insiders.least_implicated")
    rows = pl.DataFrame(
        {
            "staff_id": pl.Series(staff[0].units, dtype=pl.String),
            "outlet_id": pl.Series(place, dtype=pl.String),
            "implicated": counted.astype(np.int64),
            "expected": expected,
            "ratio": counted / np.maximum(expected, 1e-12),
            "lower_ratio": post.lower,
            "tail_share": tails,
        }
    ).filter(pl.Series(out))
    rows = rows.join(circumstances(frames.get("opening"), regime, seen), on="staff_id", how="left")
    return rows.with_columns(queue=pl.lit(QUEUE), reply=pl.lit("owed")).sort(
        "tail_share", "staff_id"
    )


def _of(found: Governed, unit_kind: str) -> Sequence[Sheet]:
    return [sheet for sheet in found.sheets if sheet.unit_kind == unit_kind]


def _outlet_of(attributed: pl.DataFrame, units: tuple[str, ...]) -> list[str | None]:
    """The outlet at which each employee opened most cards."""
    rows = (
        attributed.filter(pl.col("staff_id").is_not_null()).group_by("staff_id", "outlet_id").len()
    )
    rows = rows.sort("staff_id", "len", "outlet_id", descending=[False, True, False])
    known = dict(
        rows.unique("staff_id", keep="first", maintain_order=True)
        .select("staff_id", "outlet_id")
        .iter_rows()
    )
    return [known.get(unit) for unit in units]


def _colleagues(counted: Floats, expected: Floats, place: list[str | None]) -> Floats:
    """What the colleagues at the same outlet show over what is expected of them, shrunk to one."""
    _, at = np.unique([one or "" for one in place], return_inverse=True)
    o = np.bincount(at, counted)[at] - counted
    e = np.bincount(at, expected)[at] - expected
    weight = 1.0  # as one expected card
    return np.asarray((weight + o) / (weight + e), dtype=np.float64)


def _empty() -> pl.DataFrame:
    words = dict.fromkeys(("staff_id", "outlet_id", "queue", "reply"), pl.String)
    numbers = dict.fromkeys(("expected", "ratio", "lower_ratio", "tail_share"), pl.Float64)
    return pl.DataFrame(schema=words | numbers | {"implicated": pl.Int64})
