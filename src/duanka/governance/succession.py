"""Who answers for a unit that is no more: merged institutions and closed outlets, by a dated table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    Frames = Mapping[str, pl.DataFrame]

_HELD = {
    "institution": {
        "account": "institution_id",
        "sim": "institution_id",
        "outlet": "institution_id",
        "institution": "institution_id",
    },
    "outlet": {
        "account": "outlet_id",
        "sim": "outlet_id",
        "opening": "outlet_id",
        "staff": "outlet_id",
    },
}


def succeed(frames: Frames, succession: pl.DataFrame, as_of: datetime) -> dict[str, pl.DataFrame]:
    """The tables with every unit that was succeeded before `as_of` put under who succeeded it in the end.

    Columns:
        succession: unit_kind (institution or outlet), unit_id, successor_id, since (an instant).
    Raises: BadInput if units succeed one another in a circle.
    """
    out = dict(frames)
    for unit_kind, places in _HELD.items():
        last = _last_of(
            succession.filter((pl.col("unit_kind") == unit_kind) & (pl.col("since") < as_of))
        )
        for table, column in places.items():
            if last and table in out and column in out[table].columns:
                out[table] = out[table].with_columns(pl.col(column).replace(last))
    return out


def _last_of(rows: pl.DataFrame) -> dict[str, str]:
    """For each unit that is no more, who answers in the end; the latest word of each counts."""
    step = dict(
        rows.sort("since", maintain_order=True).select("unit_id", "successor_id").iter_rows()
    )
    out = {}
    for unit, successor in step.items():
        seen, at = {unit}, successor
        while at in step:
            if at in seen:
                raise BadInput(
                    f"units succeed one another in a circle: {at}",
                    where="table succession",
                    fix="say who answers in the end",
                )
            seen.add(at)
            at = step[at]
        out[unit] = at
    return out
