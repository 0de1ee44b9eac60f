"""Who answers for a unit that is no more, and for a card that moved: by a dated table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput
from duanka.governance.months import month_column

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duanka.governance.horizon import Horizon

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
        succession: unit_kind (institution, outlet; account and sim are for `moved`), unit_id, successor_id,
            since (an instant).
    Raises: BadInput if units succeed one another in a circle.
    """
    out = dict(frames)
    for unit_kind, places in _HELD.items():
        last = _last_of(succession.filter(_before(unit_kind, as_of)))
        for table, column in places.items():
            if last and table in out and column in out[table].columns:
                out[table] = out[table].with_columns(pl.col(column).replace(last))
    return out


def moved(
    attributed: pl.DataFrame,
    succession: pl.DataFrame,
    outlet: pl.DataFrame | None,
    *,
    span: Horizon,
) -> pl.DataFrame:
    """The cards with every ported number and moved account under the institution that answers for it.

    Found in its first months, or before it moved: the one that opened it. Found later: the one that held it
    then. Not found: the opener if it was opened in the months judged, else the holder. Outlet, employee and
    district stay those of the opening.

    Columns: `attributed` as `governance.attribution.attribute`; `succession` with rows of account and sim, whose
        successor is an institution.
    """
    cards = succession.filter(
        pl.col("unit_kind").is_in(["account", "sim"]) & (pl.col("since") < span.as_of)
    )
    if cards.is_empty():
        return attributed
    holder = (
        cards.sort("since", maintain_order=True)
        .unique(["unit_kind", "unit_id"], keep="last", maintain_order=True)
        .select(
            card_kind="unit_kind",
            card_id="unit_id",
            holder_id="successor_id",
            moved_month=month_column("since"),
        )
    )
    merged = _last_of(succession.filter(_before("institution", span.as_of)))
    holder = holder.with_columns(pl.col("holder_id").replace(merged))
    rows = attributed.join(holder, on=["card_kind", "card_id"], how="left", maintain_order="left")
    rows = _with_opener(rows, outlet)
    known, opened = pl.col("known_month"), pl.col("opened_month")
    early = (known - opened < span.young) | (known < pl.col("moved_month"))
    theirs = pl.when(known.is_null()).then(opened < span.first).otherwise(~early)
    answers = pl.when(theirs).then("holder_id").otherwise("opener_id")
    moves = pl.col("holder_id").is_not_null()
    return rows.with_columns(
        institution_id=pl.when(moves).then(answers).otherwise("institution_id")
    ).select(attributed.columns)


def _before(unit_kind: str, as_of: datetime) -> pl.Expr:
    return (pl.col("unit_kind") == unit_kind) & (pl.col("since") < as_of)


def _with_opener(rows: pl.DataFrame, outlet: pl.DataFrame | None) -> pl.DataFrame:
    """The cards with the institution whose outlet opened them; their own where no outlet is known."""
    if outlet is None:
        return rows.with_columns(opener_id="institution_id")
    desk = outlet.select("outlet_id", opener_id="institution_id")
    once = desk.unique("outlet_id", keep="first", maintain_order=True)
    found = rows.join(once, on="outlet_id", how="left", maintain_order="left")
    return found.with_columns(pl.coalesce("opener_id", "institution_id").alias("opener_id"))


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
