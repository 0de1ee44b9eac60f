"""The default lake: Parquet parts in a folder, read by Polars, asked by DuckDB."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput
from duanka.store.lake import SEQ
from duanka.store.spill import Spill
from duanka.tables import INPUTS, OUTPUTS, columns, empty, time_of, typed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from duanka.settings import Settings

_PART = "part-*.parquet"


class DuckdbLake:
    """Facts in `FOLDER/TABLE/part-NNNNNN.parquet`; a part appears whole or not at all."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(
                f"cannot keep a lake in {folder.name}: {error.strerror}",
                where=str(folder),
                fix="give a folder that can be written",
            ) from error
        self._folder = folder
        self._settings = settings
        self._counts: dict[str, int] = {}
        self._held: dict[str, list[Path]] = {}

    def tables(self) -> tuple[str, ...]:
        """The tables that hold rows or were written empty, in contract order."""
        return tuple(name for name in [*INPUTS, *OUTPUTS] if self._parts(name))

    def count(self, table: str) -> int:
        """How many rows a table holds."""
        if table not in self._counts:
            parts = self._parts(table)
            held = pl.scan_parquet(parts).select(pl.len()).collect().item() if parts else 0
            self._counts[table] = int(held)
        return self._counts[table]

    def append(self, table: str, rows: pl.DataFrame) -> None:
        """Keeps checked rows of the contract behind those already there."""
        begun = self.count(table)
        parts = self._parts(table)
        # An empty batch is kept only as the first part: it says that the table was there.
        if rows.is_empty() and parts:
            return
        room = self._folder / table
        room.mkdir(exist_ok=True)
        final = room / f"part-{len(parts):06d}.parquet"
        kept = typed(table, rows).with_columns(
            pl.int_range(begun, begun + rows.height, dtype=pl.Int64, eager=True).alias(SEQ)
        )
        draft = final.with_suffix(".tmp")
        kept.write_parquet(draft, compression="lz4")
        os.replace(draft, final)  # noqa: PTH105 - atomic, also over an existing file
        self._counts[table] = begun + rows.height
        parts.append(final)

    def scan(
        self,
        table: str,
        columns: Sequence[str],
        *,
        since: datetime | None = None,
        before: datetime | None = None,
    ) -> pl.LazyFrame:
        """The rows of a table by (time, arrival), of the columns asked for and within the bounds."""
        self._ask(table, columns)
        parts = self._parts(table)
        held = pl.scan_parquet(parts) if parts else _nothing(table)
        time = time_of(table)
        if time is not None and since is not None:
            held = held.filter(pl.col(time) >= since)
        if time is not None and before is not None:
            held = held.filter(pl.col(time) < before)
        order = [time, SEQ] if time is not None else [SEQ]
        return held.sort(order).select(columns)

    def cuts(self, table: str, rows: int) -> list[datetime]:
        """Instants between which about so many rows of a table lie, in order; none for a short one."""
        time, count = time_of(table), self.count(table)
        if time is None or count <= rows:
            return []
        # a few rows of each slice-to-be tell where it ends; in a file that lies in order of time every
        # slice is then found by what Parquet says of its groups of rows
        every = max(1, min(rows // 64, count // 4096))
        some = pl.scan_parquet(self._parts(table)).select(pl.col(time).gather_every(every))
        told = some.collect().to_series().drop_nulls().sort()
        step = max(1, rows // every)
        return told.gather_every(step, offset=step).unique(maintain_order=True).to_list()

    def spill(self) -> Spill:
        """Room in files beside the tables, for what is too long for memory."""
        return Spill(self._folder / "spill")

    def sql(self, text: str) -> pl.DataFrame:
        """The answer to a question in SQL over all tables by name."""
        import duckdb

        with duckdb.connect(":memory:", config=self._config()) as connection:
            for table in self.tables():
                _view(connection, table, self._folder / table / _PART)
            connection.execute("SET TimeZone = 'UTC'")
            try:
                answer = connection.sql(text).to_arrow_table()
                return pl.DataFrame(pl.from_arrow(answer))
            except duckdb.Error as error:
                raise BadInput(
                    f"the question cannot be answered: {str(error).splitlines()[0]}",
                    where=text.strip()[:200],
                    fix=f"ask of the tables {', '.join(self.tables()) or '(none yet)'}",
                ) from error

    def drop(self, table: str) -> None:
        """Forgets a table, so that a dataset can be loaded anew."""
        for part in self._parts(table):
            part.unlink()
        self._counts.pop(table, None)
        self._held.pop(table, None)

    def _parts(self, table: str) -> list[Path]:
        if table not in self._held:
            self._held[table] = sorted((self._folder / table).glob(_PART))
        return self._held[table]

    def _config(self) -> dict[str, str | bool | int | float | list[str]]:
        return {
            "threads": self._settings.threads,
            "memory_limit": f"{self._settings.memory_mb}MB",
        }

    @staticmethod
    def _ask(table: str, asked: Sequence[str]) -> None:
        known = [*(info.name for info in columns(table)), SEQ]
        strange = [name for name in asked if name not in known]
        if strange or not asked:
            raise BadInput(
                f"a scan of {table} asks for {', '.join(strange) or 'no column'}",
                fix=f"ask for some of {', '.join(known)}",
            )


def _nothing(table: str) -> pl.LazyFrame:
    return empty(table).with_columns(pl.Series(SEQ, [], dtype=pl.Int64)).lazy()


def _view(connection: duckdb.DuckDBPyConnection, table: str, parts: Path) -> None:
    connection.read_parquet(str(parts)).create_view(table)
