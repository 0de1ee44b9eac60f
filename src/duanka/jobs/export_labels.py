"""`duanka export-labels`: labels that appeals corrected, as a file that lies beside the records of the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka import tables
from duanka.cases.order_terms import instant
from duanka.store.ledger import SYSTEM, Wanted

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from duanka.store.ledger import Ledger

NAME = "label-appeals"
"""A part of the table `label`, so that `duanka run` reads it with the rest."""
_KEPT = ("card_kind", "card_id", "implicated", "known_at", "source")


def export_labels(ledger: Ledger, out: Path, *, now: datetime, fmt: str) -> int:
    """How many labels were written; the file is written anew each time, with all of them.

    Columns: the contract's table `label`; `known_at` is the instant at which the appeal was granted.
    """
    with ledger.read(SYSTEM, at=now) as desk:
        rows = [{n: one.body[n] for n in _KEPT} for one in desk.each(Wanted("label"))]
    frame = tables.empty("label")
    if rows:
        told = pl.DataFrame([row | {"known_at": instant(row["known_at"])} for row in rows])
        told = told.with_columns(pl.col("known_at").cast(pl.Datetime("us", "UTC")))
        frame = tables.typed("label", told).sort("known_at", "card_kind", "card_id")
    out.mkdir(parents=True, exist_ok=True)
    for suffix in ("parquet", "csv"):
        (out / f"{NAME}.{suffix}").unlink(missing_ok=True)
    if fmt == "csv":
        frame.write_csv(out / f"{NAME}.csv", include_bom=True)
    else:
        frame.write_parquet(out / f"{NAME}.parquet")
    return frame.height
