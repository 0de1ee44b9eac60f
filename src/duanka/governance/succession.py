"""Who answers for a unit that is no more, and for a card that moved: by a dated table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput
from duanka.governance.attribution import ask
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
NOWHERE = pl.DataFrame(schema={"outlet_id": pl.String, "institution_id": pl.String})
"""What outlets say where none are known: nothing."""


def succeed(frames: Frames, succession: pl.DataFrame, as_of: datetime) -> dict[str, pl.DataFrame]:
    """The tables with every unit that was succeeded before `as_of` put under who succeeded it in the end.

    Columns:
        succession: unit_kind (institution, outlet; account and sim are for `moved`), unit_id, successor_id,
            since (an instant).
    Raises: BadInput if units succeed one another in a circle.
    """
    out = dict(frames)
    for unit_kind, places in _HELD.items():
        last = heirs(succession, unit_kind, as_of)
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
    told = moves(succession, span.as_of)
    if told.is_empty():
        return attributed
    names = ("card_kind", "card_id", "institution_id", "outlet_id", "opened_month", "known_month")
    desk = NOWHERE if outlet is None else outlet.select(NOWHERE.columns)
    given = {
        "traced": attributed.select(names),
        "move": told,
        "outlet": desk.unique("outlet_id", keep="first", maintain_order=True),
        "judged": judged(span),
    }
    key = ["card_kind", "card_id"]
    rows = attributed.join(ask("moved", given), on=key, how="left", maintain_order="left")
    return rows.with_columns(institution_id=pl.coalesce("answers_id", "institution_id")).select(
        attributed.columns
    )


def moves(succession: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """The cards that moved before an instant, each with who holds it in the end and since which month.

    Columns: card_kind, card_id, holder_id (an institution, or who succeeded it), moved_month.
    """
    cards = succession.filter(
        pl.col("unit_kind").is_in(["account", "sim"]) & (pl.col("since") < as_of)
    )
    last = cards.sort("since", maintain_order=True).unique(
        ["unit_kind", "unit_id"], keep="last", maintain_order=True
    )
    return last.select(
        card_kind="unit_kind",
        card_id="unit_id",
        holder_id=pl.col("successor_id").replace(heirs(succession, "institution", as_of)),
        moved_month=month_column("since"),
    )


def judged(span: Horizon) -> pl.DataFrame:
    """What `moved.sql` asks of the months judged: a row with first_month and young."""
    row = {"first_month": [span.first], "young": [span.young]}
    return pl.DataFrame(row, schema=dict.fromkeys(row, pl.Int32))


def heirs(succession: pl.DataFrame, unit_kind: str, as_of: datetime) -> dict[str, str]:
    """For each unit of a kind that was no more before `as_of`, who answers in the end.

    Raises: BadInput if units succeed one another in a circle.
    """
    mine = (pl.col("unit_kind") == unit_kind) & (pl.col("since") < as_of)
    return _last_of(succession.filter(mine))


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
