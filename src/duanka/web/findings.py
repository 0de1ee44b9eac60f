"""What a run wrote and what it read, asked a page at a time; no question is without a bound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import duckdb
import polars as pl

from duanka import tables
from duanka.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MOST = 1000
TAKEN = 20_000
SAMPLED = 200_000
MOST_EVENTS = 1_000_000


@dataclass(frozen=True)
class Ask:
    """Which rows of a table, in which order, from which on.

    Columns: `equal` every column is its value; `either` one of the columns is; a tuple means any of its values.
    """

    table: str
    equal: Mapping[str, object] | None = None
    either: Mapping[str, object] | None = None
    order: str = ""
    limit: int = 50
    offset: int = 0


class Findings:
    """The tables of a run (`out`) and of the dataset it judged (`data`, if it is still there).

    Every table that has an id is sorted nowhere: DuckDB reads only the row groups and columns it needs.
    """

    def __init__(self, out: Path, data: Path | None) -> None:
        self.out = out
        self.data = data
        # One database for all questions, in memory and empty: making one costs more than most questions do.
        self._database = duckdb.connect(config={"threads": 1, "enable_external_access": "true"})

    def has(self, table: str) -> bool:
        """Whether the table is there."""
        return self._file(table) is not None

    def rows(self, ask: Ask) -> pl.DataFrame:
        """The rows asked for, at most a thousand; empty where the table is not there."""
        return self.taken(replace(ask, limit=min(ask.limit, MOST)))

    def taken(self, ask: Ask) -> pl.DataFrame:
        """The rows asked for, to be taken out as a file: at most as many as a workbook is still opened with."""
        file = self._file(ask.table)
        if file is None:
            return pl.DataFrame()
        where, values = _where(ask)
        order = f" order by {ask.order}" if ask.order else ""
        text = f"select * from read_parquet(?){where}{order} limit ? offset ?"  # noqa: S608  # columns are ours
        return self._ask(text, [str(file), *values, min(ask.limit, TAKEN), ask.offset])

    def count(self, ask: Ask) -> int:
        """How many rows there are of what is asked for."""
        file = self._file(ask.table)
        if file is None:
            return 0
        where, values = _where(ask)
        text = f"select count(*) as n from read_parquet(?){where}"  # noqa: S608  # columns are ours
        return int(self._ask(text, [str(file), *values])["n"][0])

    def tally(self, table: str, by: Sequence[str]) -> pl.DataFrame:
        """How many rows there are by the values of some columns of few values, column `n`."""
        file = self._file(table)
        if file is None:
            return pl.DataFrame({**{name: [] for name in by}, "n": []})
        columns = ", ".join(_column(table, name) for name in by)
        text = f"select {columns}, count(*) as n from read_parquet(?) group by all order by all limit {MOST}"  # noqa: S608
        return self._ask(text, [str(file)])

    def whole(self, table: str, columns: Sequence[str], **equal: object) -> pl.DataFrame:
        """These columns of every row that is asked for; for work beside the pages, never for one of them."""
        file = self._file(table)
        if file is None:
            return pl.DataFrame()
        where, values = _where(Ask(table, equal=equal))
        names = ", ".join(_column(table, name) for name in columns)
        text = f"select {names} from read_parquet(?){where}"  # noqa: S608  # columns are ours
        return self._ask(text, [str(file), *values])

    def events(self, kind: str) -> pl.DataFrame:
        """What the run answered to events of a kind, of at most a million the same ones each time, beside the pages.

        Columns: event_id, score, answer, reasons; of transfers amount_fen, memo_kind; of openings card_kind.
        """
        table, key, more = {
            "transfer": ("intercept", "event_id", ("amount_fen", "memo_kind")),
            "call": ("intercept", "event_id", ()),
            "opening": ("opening_advice", "opening_id", ("card_kind",)),
        }[kind]
        file, other = self._file(table), self._file(kind) if more else None
        if file is None:
            return pl.DataFrame()
        answer = "advice" if kind == "opening" else "answer"
        where = "" if kind == "opening" else f" where event_kind = '{kind}'"
        beside = ", ".join(
            (f"cast(o.{name} as varchar) as {name}" if name != "amount_fen" else f"o.{name}")
            if other is not None
            else f"null as {name}"
            for name in more
        )
        rows = (
            f"(select * from (select {key}, score, {answer}, reasons from read_parquet(?){where}) "  # noqa: S608  # columns are ours
            f"using sample reservoir({MOST_EVENTS} rows) repeatable (1))"
        )
        join = f" left join read_parquet(?) as o on i.{key} = o.{kind}_id" if other else ""
        text = (
            f"select i.{key} as event_id, i.score, cast(i.{answer} as varchar) as answer, i.reasons"  # noqa: S608  # columns are ours
            f"{', ' + beside if beside else ''} from {rows} as i{join} order by 1"
        )
        return self._ask(text, [str(file), *([str(other)] if other else [])])

    def sample(self, table: str, column: str, **equal: object) -> pl.Series:
        """A column of the rows that are asked for, of at most so many of them, the same ones each time."""
        file = self._file(table)
        if file is None:
            return pl.Series(column, [], dtype=pl.Float64)
        where, values = _where(Ask(table, equal=equal))
        text = (
            f"select * from (select {_column(table, column)} from read_parquet(?){where}) "  # noqa: S608  # columns are ours
            f"using sample reservoir({SAMPLED} rows) repeatable (1)"
        )
        return self._ask(text, [str(file), *values])[column]

    def against(self, other: Findings) -> pl.DataFrame:
        """The cards that both runs judged, by kind and by the tier of each: how many, how far scores lie apart.

        Columns: card_kind, mine, theirs, n, apart (mean distance of the two scores).
        """
        mine, theirs = self._file("score"), other._file("score")  # one of ours
        if mine is None or theirs is None:
            return pl.DataFrame()
        text = """
            select cast(a.card_kind as varchar) as card_kind, cast(a.tier as varchar) as mine,
                   cast(b.tier as varchar) as theirs, count(*) as n, avg(abs(a.score - b.score)) as apart
            from read_parquet(?) as a join read_parquet(?) as b
              on a.card_kind = b.card_kind and a.card_id = b.card_id
            group by all order by all
        """
        return self._ask(text, [str(mine), str(theirs)])

    def one(self, table: str, **equal: object) -> dict[str, object]:
        """The one row that is asked for.

        Raises: NotFound if there is none.
        """
        found = self.rows(Ask(table, equal=equal, limit=1))
        if found.is_empty():
            raise NotFound(
                "there is no such row 没有这条记录", where=table, fix="go back to the list"
            )
        return found.row(0, named=True)

    def _file(self, table: str) -> Path | None:
        folder = self.out if table in tables.OUTPUTS else self.data
        if folder is None or table not in {*tables.OUTPUTS, *tables.INPUTS}:
            return None
        file = folder / f"{table}.parquet"
        return file if file.exists() else None

    def _ask(self, text: str, values: Sequence[object]) -> pl.DataFrame:
        with self._database.cursor() as connection:
            connection.execute("set timezone = 'UTC'")
            found = connection.sql(text, params=list(values)).to_arrow_table()
        return cast("pl.DataFrame", pl.from_arrow(found))


def _where(ask: Ask) -> tuple[str, list[object]]:
    """The condition of a question, values apart: nothing that a reader typed becomes SQL."""
    parts: list[str] = []
    values: list[object] = []
    for name, value in (ask.equal or {}).items():
        parts.append(_is(_column(ask.table, name), value, values))
    if ask.either:
        some = [_is(_column(ask.table, name), value, values) for name, value in ask.either.items()]
        parts.append(f"({' or '.join(some)})")
    return (" where " + " and ".join(parts) if parts else "", values)


def _is(column: str, value: object, values: list[object]) -> str:
    """The condition that a column is a value, which is added to the values.

    Text is compared as it stands, so that DuckDB leaves out what a file's own bounds rule out.
    """
    if isinstance(value, tuple):
        values += value
        return f"{column} in ({', '.join('?' * len(value))})" if value else "false"
    if isinstance(value, str):
        values.append(value)
        return f"{column} = ?"
    values.append(str(value))
    return f"cast({column} as varchar) = ?"


def _column(table: str, name: str) -> str:
    """The column's name, if the contract knows it.

    Raises: NotFound if it does not.
    """
    if name not in {info.name for info in tables.columns(table)}:
        raise NotFound(f"no column {name}", where=table, fix="see the data dictionary")
    return f'"{name}"'
