"""Rows of a foreign file as rows of our tables, by a layout; what does not map is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from duanka.tables import kinds, means
from duanka.tables.batch import LINE, Fault
from duanka.tables.check import shown
from duanka.tables.identifiers import IDENTIFIERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duanka.tables.layout import Layout, Only, Rows, Side, Source, Value
    from duanka.tables.means import Context

SIDE = "#side"


@dataclass(frozen=True)
class Mapped:
    """Entries of one source as rows of one table, unchecked.

    Columns: `rows` the columns that the layout maps, `#line`, and `#side` (out, in) where the
        source has sides; `faults` the entries that do not map, of which each line counts once.
    """

    table: str
    rows: pl.DataFrame
    faults: tuple[Fault, ...]


def source_of(layout: Layout, headings: Sequence[str]) -> Source | None:
    """The source of a layout that a file is, by its headings: the one that knows most of them."""
    fitting = [source for source in layout.sources if set(source.headings) <= set(headings)]
    return max(fitting, key=lambda source: len(source.headings), default=None)


def apply(source: Source, batch: pl.DataFrame, context: Context) -> list[Mapped]:
    """What a batch of a source becomes, table by table."""
    if not source.rows:
        return []
    sided, faults = _sided(source.side, batch)
    taken = _none(sided.height)
    mapped = []
    for rows in source.rows:
        chosen = _chosen(rows.only, sided)
        taken = taken | chosen
        mapped.append(_table(rows, sided.filter(chosen), context))
    if not taken.all():
        faults += _told(sided, ~taken, "unmapped", source.rows[0].only.heading)
    return [replace(mapped[0], faults=(*faults, *mapped[0].faults)), *mapped[1:]]


def aliases(source: Source, batch: pl.DataFrame, context: Context) -> pl.DataFrame:
    """The two names of one card that a batch tells: `from` and `to`, each pair once."""
    if source.alias is None:
        return pl.DataFrame(schema={"from": pl.String, "to": pl.String})
    first, second = (_one(way, batch, context)[0] for way in source.alias)
    told = pl.DataFrame({"from": first.alias("from"), "to": second.alias("to")})
    return told.drop_nulls().filter(pl.col("from") != pl.col("to")).unique(maintain_order=True)


def _sided(side: Side | None, batch: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    if side is None:
        return batch, []
    words = {**dict.fromkeys(side.out, "out"), **dict.fromkeys(side.in_, "in")}
    text = kinds.strip(_column(batch, side.heading)).str.to_uppercase()
    told = text.replace_strict(words, default=None, return_dtype=pl.String)
    batch = batch.with_columns(told.alias(SIDE))
    faults = _told(batch, told.is_null(), "unknown_word", side.heading)
    return batch.filter(pl.col(SIDE).is_not_null()), faults


def _table(rows: Rows, chosen: pl.DataFrame, context: Context) -> Mapped:
    bad = _none(chosen.height)
    faults: list[Fault] = []
    out: dict[str, pl.Series] = {LINE: chosen[LINE]}
    if SIDE in chosen.columns:
        out[SIDE] = chosen[SIDE]
    for name, column in rows.columns.items():
        value, spoiled = _valued(column.out, chosen, context)
        if column.in_ != column.out and SIDE in chosen.columns:
            other, other_spoiled = _valued(column.in_, chosen, context)
            went_out = chosen[SIDE] == "out"
            value = value.zip_with(went_out, other)
            spoiled = spoiled.zip_with(went_out, other_spoiled)
        if spoiled.any():
            heading = next((h for way in column.out for h in way.headings), name)
            faults += _told(chosen, spoiled, "unmapped", heading)
            bad = bad | spoiled
        out[name] = value.alias(name)
    frame = pl.DataFrame(out)
    return Mapped(rows.table, frame.filter(~bad) if bad.any() else frame, tuple(faults))


def _chosen(only: Only, batch: pl.DataFrame) -> pl.Series:
    keep = ~_none(batch.height)
    if only.among:
        text = kinds.strip(_column(batch, only.heading))
        keep = keep & text.is_in(list(only.among)).fill_null(value=False)
    if only.side:
        keep = keep & (batch[SIDE] == only.side)
    if only.valid:
        sort = IDENTIFIERS[only.valid]
        keep = keep & sort.check(sort.tidy(kinds.strip(_column(batch, only.heading))))
    elif only.heading and not only.among:
        keep = keep & kinds.strip(_column(batch, only.heading)).is_not_null()
    return keep


def _valued(
    ways: tuple[Value, ...], batch: pl.DataFrame, context: Context
) -> tuple[pl.Series, pl.Series]:
    """The first value that a way gives, and where something stood that no way could read."""
    found: pl.Series | None = None
    spoiled = _none(batch.height)
    for way in ways:
        value, lost = _one(way, batch, context)
        spoiled = spoiled | (lost if found is None else lost & found.is_null())
        found = value if found is None else found.zip_with(found.is_not_null(), value)
    if found is None:
        found = pl.Series([None] * batch.height, dtype=pl.String)
    return found, spoiled & found.is_null()


def _one(way: Value, batch: pl.DataFrame, context: Context) -> tuple[pl.Series, pl.Series]:
    raw: pl.Series | None = None
    for heading in way.headings:
        column = _column(batch, heading)
        column = kinds.strip(column) if column.dtype == pl.String else column
        raw = column if raw is None else raw.zip_with(raw.is_not_null(), column)
    value = _unnamed(way, batch, context) if raw is None else _read(way, raw, context)
    lost = _none(batch.height) if raw is None else raw.is_not_null() & value.is_null()
    if way.means in means.FORGIVING:
        lost = _none(batch.height)
    if way.prefix:
        value = pl.select(way.prefix + value.cast(pl.String)).to_series()
    if way.when:
        gone = kinds.strip(_column(batch, way.when)).is_in(list(way.among)).fill_null(value=False)
        value, lost = value.set(~gone, None), lost & gone
    return value, lost


def _unnamed(way: Value, batch: pl.DataFrame, context: Context) -> pl.Series:
    if way.means == "entry":
        return means.entry(batch[LINE], context)
    if way.means in {"start", "end"}:
        instant = context.start if way.means == "start" else context.end
        kind = pl.Datetime("us", "UTC")
        return pl.repeat(instant, batch.height, eager=True, dtype=kind)
    return pl.repeat(way.const, batch.height, eager=True, dtype=pl.String)


def _read(way: Value, raw: pl.Series, context: Context) -> pl.Series:
    if way.const is not None:
        return pl.repeat(way.const, raw.len(), eager=True, dtype=pl.String).set(raw.is_null(), None)
    if way.words is None:
        return means.read(raw, way.means, context)
    text = kinds.strip(raw.cast(pl.String))
    known = text.replace_strict(way.words, default=way.words.get("*"), return_dtype=pl.String)
    return known.set(text.is_null(), None)


def _column(batch: pl.DataFrame, heading: str) -> pl.Series:
    if heading in batch.columns:
        return batch[heading]
    return pl.Series(heading, [None] * batch.height, dtype=pl.String)


def _none(height: int) -> pl.Series:
    return pl.repeat(value=False, n=height, eager=True, dtype=pl.Boolean)


def _told(batch: pl.DataFrame, where: pl.Series, fault: str, heading: str) -> list[Fault]:
    rows = batch.filter(where)
    # A foreign heading may hold anything, so its values are masked as ids are.
    values = shown(_column(rows, heading), "id")
    return [
        Fault(line, fault, heading, value) for line, value in zip(rows[LINE], values, strict=True)
    ]
