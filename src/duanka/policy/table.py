"""Decision tables: read, proven to leave no gap and no row that can never fire, and answered column-wise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from math import prod
from operator import and_
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from duanka.errors import BadInput
from duanka.tables.words import LISTINGS, TIERS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

MEASURES = (
    "allow",
    "verify_transaction",
    "reverify_identity",
    "delay_settlement",
    "restrict",
    "suspend",
)
"""Measures of the institution, in the order of mildness."""
POLICE_MEASURES = ("stop_payment", "freeze", "unfreeze", "return_funds")
"""Reserved to the police (反电信网络诈骗法 第二十条): carried out or proposed here, never decided."""
ADVICE = ("allow", "check_further", "refuse_opening")
ANSWERS = ("allow", "verify_transaction", "delay_settlement", "restrict", "suspend")
DECIDES = {
    "tier": TIERS,
    "measure": MEASURES,
    "advice": ADVICE,
    "answer": ANSWERS,
    "listing": LISTINGS,
}
NUMBERS = ("fen", "int", "share", "ratio")
MAX_CELLS = 1_000_000

Cell = bool | str | int | float


@dataclass(frozen=True)
class Column:
    """What a table reads: a name and its kind; `words` are the closed list of a word column."""

    name: str
    kind: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """What a row asks of one column: one of `words` (or truths), or a number between two bounds."""

    column: str
    words: tuple[Cell, ...] = ()
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True)
class Row:
    """One line of a table; `basis` is its own legal basis where it differs from the measure's."""

    when: tuple[Condition, ...]
    then: str
    because: str
    basis: str | None
    note: str | None
    line: int


@dataclass(frozen=True)
class Body:
    """What does not change from version to version of a table: what it decides and reads."""

    name: str
    decides: str
    card_kinds: tuple[str, ...]
    hit: Literal["first", "unique"]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Table:
    """A decision table's body and the rows of one version of it."""

    body: Body
    rows: tuple[Row, ...]


def _expression(condition: Condition) -> pl.Expr:
    column = pl.col(condition.column)
    if condition.words:
        parts = [column == word for word in condition.words]
        return reduce(lambda left, right: left | right, parts)
    bounds = []
    if condition.low is not None:
        bounds.append(column > condition.low if condition.low_open else column >= condition.low)
    if condition.high is not None:
        bounds.append(column < condition.high if condition.high_open else column <= condition.high)
    return reduce(and_, bounds)


def _fires(row: Row) -> pl.Expr:
    return reduce(and_, (_expression(condition) for condition in row.when), pl.lit(value=True))


def representatives(column: Column, rows: tuple[Row, ...]) -> list[Cell]:
    """One value for every part into which the thresholds of the rows cut the column's domain.

    Every condition is constant on each part, so a proof over these values is a proof over the domain.
    """
    if column.kind == "bool":
        return [False, True]
    if column.kind == "word":
        return list(column.words)
    asked = [c for row in rows for c in row.when if c.column == column.name]
    cuts = sorted({bound for c in asked for bound in (c.low, c.high) if bound is not None})
    if column.kind in {"fen", "int"}:
        points = {0, *(int(cut) + step for cut in cuts for step in (-1, 0, 1))}
        return [point for point in sorted(points) if point >= 0]
    ends = [0.0, *cuts, 1.0 if column.kind == "share" else (cuts[-1] if cuts else 0.0) + 1.0]
    middles = [(left + right) / 2 for left, right in pairwise(ends)]
    return sorted({*ends, *middles})


def cells(table: Table, extra: Collection[str] = ()) -> pl.DataFrame | None:
    """All combinations of the parts of all columns that some row asks about, and of the extra columns.

    None if there are more than can be looked at.
    """
    used = {c.column for row in table.rows for c in row.when}.union(extra)
    parts = [
        pl.Series(column.name, representatives(column, table.rows))
        for column in table.body.columns
        if column.name in used
    ]
    total = prod(part.len() for part in parts)
    if total > MAX_CELLS:
        return None
    grid, repeat = {"_": pl.zeros(total, dtype=pl.Int8, eager=True)}, total
    for part in parts:
        repeat //= part.len()
        turn = (np.arange(total) // repeat) % part.len()
        grid[part.name] = part.gather(turn)
    return pl.DataFrame(grid)


def prove(table: Table, where: str, faults: list[str]) -> None:
    """Nothing; faults are added for each gap, row that can never fire, and, under `unique`, overlap.

    The proof is exhaustive: all combinations of the parts of all columns that some row asks about.
    """
    name = table.body.name
    grid = cells(table)
    if grid is None:
        faults.append(f"{where} {name}: too many combinations to prove; read fewer columns")
        return
    hits = grid.with_columns(_fires(row).alias(str(i)) for i, row in enumerate(table.rows)).select(
        str(i) for i in range(len(table.rows))
    )
    count = hits.select(pl.sum_horizontal(pl.all().cast(pl.Int32))).to_series()
    _report_cell(grid.filter(count == 0), f"{where} {name}: no row answers", faults)
    if table.body.hit == "unique":
        _report_cell(grid.filter(count > 1), f"{where} {name}: several rows answer", faults)
        fired = {i for i in range(len(table.rows)) if hits[str(i)].any()}
    else:
        fired = set(firing(grid, table.rows).drop_nulls().to_list())
    faults.extend(
        f"{where.rsplit(':', 1)[0]}:{row.line} {name}: this row can never fire; earlier rows take all its cases"
        for i, row in enumerate(table.rows)
        if i not in fired
    )


def _report_cell(cells: pl.DataFrame, what: str, faults: list[str]) -> None:
    if cells.height:
        case = ", ".join(f"{k}={v}" for k, v in cells.row(0, named=True).items() if k != "_")
        faults.append(f"{what} {case or 'any case'} ({cells.height} combinations)")


def evaluate(table: Table, columns: pl.DataFrame | Mapping[str, np.ndarray]) -> pl.DataFrame:
    """What the table says of each row of the columns.

    Columns:
        columns: those the table reads, without nulls.
        returns: then, because, basis, note, row (which row of the table fired, from 0); one row an input row.
    Raises: BadInput if a column is missing, has a null, or a value outside its domain.
    """
    frame = pl.DataFrame(columns) if not isinstance(columns, pl.DataFrame) else columns
    read = frame.select(_checked(column, frame, table.body.name) for column in table.body.columns)
    index = firing(read, table.rows)
    outcomes = pl.DataFrame(
        [(r.then, r.because, r.basis, r.note) for r in table.rows],
        schema=dict.fromkeys(("then", "because", "basis", "note"), pl.String),
        orient="row",
    )
    return outcomes.select(pl.all().gather(index)).with_columns(index)


def firing(frame: pl.DataFrame, rows: tuple[Row, ...]) -> pl.Series:
    """Which row fires first for each row of the frame; null where none does."""
    chain = pl.lit(None, dtype=pl.Int32)
    for i, row in reversed(list(enumerate(rows))):
        chain = pl.when(_fires(row)).then(pl.lit(i, dtype=pl.Int32)).otherwise(chain)
    return frame.with_columns(chain.alias("row"))["row"]


def _checked(column: Column, frame: pl.DataFrame, table: str) -> pl.Series:
    where, fix = f"facts for the table {table}", f"give {column.name} ({column.kind}) for every row"
    if column.name not in frame.columns:
        raise BadInput(f"column {column.name} is missing", where=where, fix=fix)
    series = frame[column.name]
    if series.null_count():
        raise BadInput(f"column {column.name} has empty values", where=where, fix=fix)
    if column.kind == "bool":
        good = series.dtype == pl.Boolean
    elif column.kind == "word":
        good = series.dtype in (pl.String, pl.Enum, pl.Categorical)
        series = series.cast(pl.String) if good else series
        good = good and bool(series.is_in(list(column.words)).all())
    elif series.dtype.is_numeric():
        series = series.cast(pl.Float64) if column.kind in {"share", "ratio"} else series
        top = 1.0 if column.kind == "share" else float("inf")
        good = bool(series.is_between(0, top).all())  # polars orders NaN above every bound
    else:
        good = series.is_empty()
    if not good:
        raise BadInput(
            f"column {column.name} has values that are no {column.kind}", where=where, fix=fix
        )
    return series
