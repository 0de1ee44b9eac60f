"""Discipline as a run asks after it: who of the applicants stood under it when they applied, by what, until when."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from duanka.cases.discipline_register import Standing
    from duanka.jobs.dataset import Dataset
    from duanka.jobs.judge import Judged
    from duanka.policy.dated import Regime
    from duanka.store.ledger import Ledger

PURPOSE = "openings judged by who stands under discipline"
TABLE = "discipline"
_AT = pl.Datetime("us", "UTC")
_KNOWN: dict[str, pl.DataType | type[pl.DataType]] = {
    "person_id": pl.String,
    "discipline_id": pl.String,
    "measure": pl.String,
    "legal_basis": pl.String,
    "known_at": _AT,
    "since": _AT,
    "until": _AT,
    "ended_at": _AT,
}
_TOLD = ("discipline_id", "measure", "legal_basis", "until")
# a run that asks no ledger loads nothing of a ledger: hence the imports inside


def known_discipline(
    url: str, keys: Path | None, as_of: datetime, *, now: datetime
) -> pl.DataFrame:
    """What the ledger had learned of discipline before the instant; that it was read, and what for, is kept.

    Columns: as `Standing`; an end that was written down at the instant or after it is not told.
    Raises: BadInput if there is no such ledger: a run makes none.
    """
    from duanka.store.ledger import open_ledger
    from duanka.store.ledger_open import file_of

    file = file_of(url)
    if file is not None and not file.exists():
        raise BadInput("there is no such ledger", where="--ledger", fix="name one that is there")
    book = open_ledger(url, keys=keys)
    try:
        return _read(book, as_of, now)
    finally:
        book.close()


def _read(book: Ledger, as_of: datetime, now: datetime) -> pl.DataFrame:
    from duanka.cases.discipline_register import register
    from duanka.store.ledger import SYSTEM
    from duanka.store.ledger_desk import LOOK

    with book.desk(SYSTEM, at=now, purpose=PURPOSE) as desk:
        found = [_as_of(one, as_of) for one in register(desk) if one.known_at < as_of]
        persons = len({one.person_id for one in found})
        desk.note_of_ledger(act=LOOK, details={"what": TABLE, "persons": persons})
    return pl.DataFrame([vars(one) for one in found], schema=_KNOWN)


def _as_of(one: Standing, as_of: datetime) -> Standing:
    known = one.ended_at is not None and one.ended_at < as_of
    return one if known else replace(one, ended_at=None)


def with_discipline(dataset: Dataset, known: pl.DataFrame) -> Dataset:
    """The dataset, its openings to be judged by this discipline as well."""
    return replace(dataset, frames={**dataset.frames, TABLE: known})


def barred(
    dataset: Dataset, openings: pl.DataFrame, asked_kind: pl.Series, regime: Regime
) -> pl.DataFrame:
    """What barred each application when it was made, one row each in their order; nulls where nothing did.

    Columns: discipline_id, measure, legal_basis, until; of several the one that lasts longest.
    """
    known = dataset.frames.get(TABLE)
    if known is None:
        nothing = {name: _KNOWN[name] for name in _TOLD}
        return pl.DataFrame(schema=nothing).clear(openings.height)
    from duanka.cases.discipline_register import bars

    rules = [
        {"asked_kind": kind, "measure": name}
        for kind in asked_kind.unique().sort().to_list()
        for name in bars(regime, kind)
    ]
    asked = openings.select("applicant_id", "at").with_columns(asked_kind).with_row_index("row")
    stood = (pl.col("known_at") < pl.col("at")) & (pl.col("since") <= pl.col("at"))
    stood &= (pl.col("until") > pl.col("at")) & ~(pl.col("ended_at") <= pl.col("at")).fill_null(
        value=False
    )
    schema = {"asked_kind": pl.String, "measure": pl.String}
    found = (
        asked.join(known, left_on="applicant_id", right_on="person_id")
        .join(pl.DataFrame(rules, schema=schema), on=["asked_kind", "measure"])
        .filter(stood)
        .sort("until", "discipline_id", "measure")
        .group_by("row")
        .last()
    )
    told = asked.join(found.select("row", *_TOLD), on="row", how="left", maintain_order="left")
    return told.select(*_TOLD)


def with_basis(more: pl.DataFrame, stands: pl.DataFrame) -> pl.DataFrame:
    """What a report adds to each advice; where discipline bars, its own basis and the day on which it ends by itself."""
    last = pl.col("until").dt.convert_time_zone("Asia/Shanghai").dt.strftime("%Y-%m-%d")
    told = pl.format("{}（惩戒期至{}，期满自动解除）", "discipline_basis", last)
    held = stands.rename({"legal_basis": "discipline_basis"})
    return more.hstack(held).with_columns(legal_basis=pl.coalesce(told, "legal_basis"))


def opening_discipline(judged: Judged) -> pl.DataFrame:
    """The applications of persons under discipline: opening_id, by which discipline and measure, on what basis, until when."""
    return judged.more.filter(pl.col("discipline_id").is_not_null()).select(
        "opening_id",
        "discipline_id",
        "measure",
        pl.col("discipline_basis").alias("legal_basis"),
        "until",
    )
