"""Employees whose openings turn bad beyond what their outlet and customers explain (疑似内部人员): for a restricted queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.governance.circumstances import circumstances
from duanka.governance.evidence import facts_of, parts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.governance.scorecard import Governed
    from duanka.policy.dated import Regime

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
    sheets = [one for one in found.sheets if one.unit_kind in {"staff", "outlet"}]
    units = {one.unit_kind: one.units for one in sheets}
    if "staff" not in units:
        return _empty()
    parts = parts_of(found)
    facts = facts_of(sheets, parts, regime, month=month)["staff"]
    counted = facts["implicated"].astype(np.int64)
    out = facts["stands_out"].astype(np.bool_) & (
        counted >= regime.number("insiders.least_implicated")
    )
    place = [units["outlet"][i] if i >= 0 else None for i in parts.get("outlet", [])]
    rows = pl.DataFrame(
        {
            "staff_id": pl.Series(units["staff"], dtype=pl.String),
            "outlet_id": pl.Series(place or [None] * counted.size, dtype=pl.String),
            "implicated": counted,
            **{name: facts[name] for name in ("expected", "ratio", "lower_ratio", "tail_share")},
        }
    ).filter(pl.Series(out))
    rows = rows.join(circumstances(frames.get("opening"), regime, seen), on="staff_id", how="left")
    return rows.with_columns(queue=pl.lit(QUEUE), reply=pl.lit("owed")).sort(
        "tail_share", "staff_id"
    )


def _empty() -> pl.DataFrame:
    words = dict.fromkeys(("staff_id", "outlet_id", "queue", "reply"), pl.String)
    numbers = dict.fromkeys(("expected", "ratio", "lower_ratio", "tail_share"), pl.Float64)
    return pl.DataFrame(schema=words | numbers | {"implicated": pl.Int64})
