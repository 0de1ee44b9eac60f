"""A dataset folder as it would have come in: lines of JSON, each row at the time it became known."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import zip_longest
from typing import TYPE_CHECKING

import polars as pl

from duanka import tables
from duanka.jobs.dataset import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duanka.jobs.load import Loaded

SLICE = 100_000
"""Rows that are in memory at a time, and those of one instant with them."""
_AT = "_at"


def lines(loaded: Loaded, *, since: datetime | None = None) -> Iterator[bytes]:
    """One JSON object a row: first the standing facts, then everything by time, from `since` on.

    Columns: those of the tables; nulls are told as such.
    """
    held = [name for name in tables.INPUTS if name in loaded.lake.tables()]
    standing = [name for name in held if tables.time_of(name) is None]
    for name in standing if since is None else []:
        columns = [info.name for info in tables.columns(name)]
        yield from _told(name, loaded.lake.scan(name, columns).collect())
    timed = [name for name in held if name not in standing and loaded.lake.count(name)]
    bounds = _bounds(loaded, timed, since)
    for begin, end in zip_longest(bounds, bounds[1:]):
        yield from _slice(loaded, timed, begin, end)


def count(loaded: Loaded, *, since: datetime | None = None) -> int:
    """How many lines there will be."""
    total = 0
    for name in loaded.lake.tables():
        time = tables.time_of(name) if name in tables.INPUTS else None
        if name not in tables.INPUTS or (time is None and since is not None):
            continue
        if time is None or since is None:
            total += loaded.lake.count(name)
        else:
            found = loaded.lake.scan(name, [time], since=since).select(pl.len()).collect()
            total += int(found.item())
    return total


def _bounds(loaded: Loaded, timed: list[str], since: datetime | None) -> list[datetime]:
    """The instants that cut all rows into slices of like size; none if there are no rows."""
    times = []
    for name in timed:
        time = str(tables.time_of(name))
        times.append(loaded.lake.scan(name, [time], since=since).collect()[time].alias(_AT))
    if not times:
        return []
    every = pl.concat(times).sort()
    return every.gather_every(SLICE).unique(maintain_order=True).to_list()


def _slice(
    loaded: Loaded, timed: list[str], since: datetime, before: datetime | None
) -> Iterator[bytes]:
    parts = []
    for order, name in enumerate(timed):
        time = tables.time_of(name)
        columns = [info.name for info in tables.columns(name)]
        rows = loaded.lake.scan(name, columns, since=since, before=before).collect()
        rows = in_order(name, rows)
        parts.append(
            pl.DataFrame(
                {
                    _AT: rows[str(time)],
                    "order": pl.Series([order], dtype=pl.Int32).new_from_index(0, rows.height),
                    "line": _json(name, rows),
                }
            )
        )
    merged = pl.concat(parts).sort(_AT, "order", maintain_order=True)
    for line in merged["line"]:
        yield line.encode()


def _told(name: str, rows: pl.DataFrame) -> Iterator[bytes]:
    for line in _json(name, rows):
        yield line.encode()


def _json(name: str, rows: pl.DataFrame) -> pl.Series:
    """The rows as the door reads them."""
    fields = [pl.lit(name).alias("kind")]
    for info in tables.columns(name):
        column = pl.col(info.name)
        if info.kind == "at":
            column = column.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
        elif info.kind == "on":
            column = column.dt.strftime("%Y-%m-%d")
        elif info.kind == "word":
            column = column.cast(pl.String)
        fields.append(column)
    return rows.select(pl.struct(fields).struct.json_encode()).to_series()


def instant(text: str) -> datetime:
    """The instant written in ISO 8601, in UTC."""
    from duanka.jobs.dataset import parse_instant

    return parse_instant(text).astimezone(UTC)
