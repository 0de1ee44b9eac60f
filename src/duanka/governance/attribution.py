"""Trace-back (倒查): every card to the institution, outlet, employee and region that opened it, and when."""

from __future__ import annotations

import pkgutil
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from duanka import tables
from duanka.governance.months import day_column, month_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    Frames = Mapping[str, pl.DataFrame]

UNIT_COLUMNS = {
    "institution": "institution_id",
    "outlet": "outlet_id",
    "staff": "staff_id",
    "region": "region_code",
}
FOUND_BY_ITSELF = "review"
"""The label source that is the institution's own finding."""


def question(name: str) -> str:
    """The SQL of one of this room's questions."""
    return (pkgutil.get_data("duanka.governance", f"{name}.sql") or b"").decode()


def ask(name: str, frames: Frames, *, threads: int = 1) -> pl.DataFrame:
    """The answer to one of this room's questions over frames by their names.

    Columns: as the question's SELECT says.
    """
    with duckdb.connect(":memory:", config={"threads": threads}) as connection:
        for table, frame in frames.items():
            connection.register(table, frame.to_arrow())
        return pl.DataFrame(pl.from_arrow(connection.sql(question(name)).to_arrow_table()))


def attribute(frames: Frames) -> pl.DataFrame:
    """Every account and SIM with whom it was opened by and what became known of it.

    Columns:
        frames: tables of the contract, cut to what was known; absent ones are done without.
        returns: card_kind, card_id, card_class, holder_kind, channel, institution_id, outlet_id, staff_id,
            region_code, opened_day, opened_month, known_day, known_month, self_found; sorted by card.
    """
    given = {
        "card": _cards(frames),
        "opened": _granted(frames),
        "staff": _once(frames, "staff", ["staff_id"], ["staff_id", "outlet_id"]),
        "outlet": _once(
            frames,
            "outlet",
            ["outlet_id"],
            ["outlet_id", "institution_id", "outlet_kind", "region_code"],
        ),
        "organisation": _once(frames, "organisation", ["organisation_id"], ["organisation_id"]),
        "verdict": verdicts(frames),
    }
    return ask("card", given).sort("card_kind", "card_id")


def verdicts(frames: Frames) -> pl.DataFrame:
    """Each card whose last word is that it is implicated, since when that is known, and who found it first.

    A victim's card is not implicated, whatever else the row says.

    Columns: card_kind, card_id, known_day, known_month, self_found 0/1.
    """
    told = _text(_table(frames, "label"))
    told = told.filter(~(pl.col("implicated") & pl.col("role").eq_missing("victim")))
    label = told.sort("known_at", "implicated", "source", maintain_order=True)
    word = label.select(
        "card_kind",
        "card_id",
        pl.col("implicated").cast(pl.Int32),
        (pl.col("source") == FOUND_BY_ITSELF).cast(pl.Int32).alias("self_found"),
        day_column("known_at").alias("known_day"),
        month_column("known_at").alias("known_month"),
    ).with_row_index("turn")
    return ask("verdict", {"word": word.with_columns(pl.col("turn").cast(pl.Int32))})


def _cards(frames: Frames) -> pl.DataFrame:
    parts = []
    for kind, time in (("account", "opened_at"), ("sim", "activated_at")):
        frame = _once(frames, kind, [f"{kind}_id"], [])
        parts.append(
            frame.select(
                pl.lit(kind).alias("card_kind"),
                pl.col(f"{kind}_id").alias("card_id"),
                pl.col(f"{kind}_kind").alias("card_class"),
                "holder_id",
                "institution_id",
                "outlet_id",
                "staff_id",
                day_column(time).alias("opened_day"),
                month_column(time).alias("opened_month"),
            )
        )
    return pl.concat(parts)


def _granted(frames: Frames) -> pl.DataFrame:
    """The application that opened each card, the first where several say so."""
    frame = _text(_table(frames, "opening")).filter(pl.col("card_id").is_not_null())
    return (
        frame.sort("at", "opening_id")
        .unique(["card_kind", "card_id"], keep="first", maintain_order=True)
        .select("card_kind", "card_id", "outlet_id", "staff_id")
    )


def _once(frames: Frames, name: str, key: list[str], columns: list[str]) -> pl.DataFrame:
    frame = _text(_table(frames, name)).unique(key, keep="first", maintain_order=True)
    return frame.select(columns) if columns else frame


def _table(frames: Frames, name: str) -> pl.DataFrame:
    found = frames.get(name)
    return tables.empty(name) if found is None else tables.typed(name, found)


def _text(frame: pl.DataFrame) -> pl.DataFrame:
    """Words as plain text: a closed list is no type that every engine knows."""
    return frame.with_columns(pl.col(pl.Enum).cast(pl.String)) if frame.width else frame


def unattributed(attributed: pl.DataFrame) -> pl.DataFrame:
    """How many cards, and how many implicated ones, no unit of each kind answers for: shown, not spread about.

    Columns: unit_kind, cards, unattributed_count, implicated_count, implicated_unattributed_count.
    """
    rows = []
    for unit_kind, column in UNIT_COLUMNS.items():
        nobody = pl.col(column).is_null()
        known = pl.col("known_month").is_not_null()
        counts = attributed.select(
            pl.len().alias("cards"),
            nobody.sum().alias("unattributed_count"),
            known.sum().alias("implicated_count"),
            (nobody & known).sum().alias("implicated_unattributed_count"),
        )
        rows.append(counts.select(pl.lit(unit_kind).alias("unit_kind"), pl.all().cast(pl.Int64)))
    return pl.concat(rows)
