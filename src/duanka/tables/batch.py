"""A stretch of a file as it was read: rows with the lines they began on, and lines that are no rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

LINE = "#line"
"""The column of a batch that says where in the file a row began."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line before its columns are looked at. Line 0 is the file as a whole."""

    line: int
    fault: str
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class Batch:
    """A stretch of a file: its rows with `#line`, and the lines that are no rows."""

    rows: pl.DataFrame
    faults: tuple[Fault, ...] = ()
