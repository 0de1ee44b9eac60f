"""The file `succession.csv` of a folder: units that are no more and cards that moved, and who answers for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput
from duanka.jobs.dataset import parse_instant

if TYPE_CHECKING:
    from pathlib import Path

NAME = "succession.csv"
COLUMNS = ("unit_kind", "unit_id", "successor_id", "since")
KINDS = ("institution", "outlet", "account", "sim")


def succession(folder: Path) -> pl.DataFrame | None:
    """The rows of the file, or None where there is none; it lies beside the tables of the contract, not among them.

    Columns: unit_kind (institution, outlet, or a card's: account, sim), unit_id, successor_id (a unit of the
        same kind; a card's is the institution it moved to), since (an instant or a day).
    Raises: BadInput with the line of the first row that says something else.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    frame = pl.read_csv(path, infer_schema=False)
    lacking = [name for name in COLUMNS if name not in frame.columns]
    if lacking:
        raise BadInput(
            f"lacks {', '.join(lacking)}", where=NAME, fix=f"head it {','.join(COLUMNS)}"
        )
    for line, row in enumerate(frame.iter_rows(named=True), start=2):
        if row["unit_kind"] not in KINDS or not row["unit_id"] or not row["successor_id"]:
            raise BadInput(
                "a row says no unit and successor",
                where=f"{NAME} line {line}",
                fix=f"write {' or '.join(KINDS)}, both ids, and since when",
            )
    since = [parse_instant(text or "") for text in frame["since"]]
    return frame.select("unit_kind", "unit_id", "successor_id").with_columns(
        since=pl.Series(since, dtype=pl.Datetime("us", "UTC"))
    )
