"""What every lake can do: append facts, scan them in time order, answer SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    import polars as pl

    from duanka.settings import Settings
    from duanka.store.spill import Spill

SEQ = "seq"
"""The order of arrival within a table, from 0; ties in time are settled by it."""


class Lake(Protocol):
    """Facts, append-only, one table a noun of the contract."""

    def tables(self) -> tuple[str, ...]:
        """The tables that hold rows or were written empty, in contract order."""
        ...

    def count(self, table: str) -> int:
        """How many rows a table holds."""
        ...

    def append(self, table: str, rows: pl.DataFrame) -> None:
        """Keeps checked rows of the contract behind those already there."""
        ...

    def scan(
        self,
        table: str,
        columns: Sequence[str],
        *,
        since: datetime | None = None,
        before: datetime | None = None,
    ) -> pl.LazyFrame:
        """The rows of a table by (time, arrival), of the columns asked for and within the bounds.

        Columns: those asked for, and `seq` if it is among them. `since` is included, `before` not.
        Raises: BadInput if no column is asked for, or one that the table has not.
        """
        ...

    def cuts(self, table: str, rows: int) -> list[datetime]:
        """Instants between which about so many rows of a table lie, in order; none for a short one."""
        ...

    def spill(self) -> Spill:
        """Room in files beside the tables, for what is too long for memory."""
        ...

    def sql(self, text: str) -> pl.DataFrame:
        """The answer to a question in SQL over all tables by name.

        Raises: BadInput if the question cannot be answered.
        """
        ...

    def drop(self, table: str) -> None:
        """Forgets a table, so that a dataset can be loaded anew."""
        ...


def open_lake(folder: Path, settings: Settings | None = None) -> Lake:
    """The lake in a folder, made if it is not there.

    Raises: BadInput if the folder cannot be made.
    """
    from duanka.settings import Settings
    from duanka.store.duckdb_lake import DuckdbLake

    return DuckdbLake(folder, settings or Settings())
