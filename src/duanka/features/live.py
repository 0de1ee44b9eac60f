"""The live host of whole vectors: told of records one by one, asked about events as they happen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from duanka import tables
from duanka.features import catalogue, records, streams, vectors

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    Row = Mapping[str, Any]
    Matrix = NDArray[np.float32]

NEVER = -(1 << 62)


class Live:
    """All that is known of cards, and what it says of a transfer, a call or an application.

    Rows come in order of arrival; one that happened before the clock counts from the clock on.
    Rows of one instant do not see one another. `receives` names the tables that this deployment is
    ever told of: where nobody is ever reported, that nobody was reported says nothing.
    Units: instants UTC microseconds.
    """

    def __init__(self, receives: Collection[str] = tuple(tables.INPUTS)) -> None:
        self.clock = NEVER
        self._receives = frozenset(receives)
        self._rows: dict[str, list[Row]] = {name: [] for name in tables.INPUTS}

    def tell(self, table: str, row: Row) -> None:
        """Take up one row of a table of the contract."""
        self._rows[table].append(row)
        time = tables.time_of(table)
        if time is not None and table not in {"account", "sim"}:
            self.clock = max(self.clock, row[time])

    def vectors(self, table: str, rows: Sequence[Row]) -> Matrix:
        """The vectors of transfers, calls or openings before these are told, in catalogue order.

        Shapes: (rows, features).
        """
        found = [self._vector(table, row) for row in rows]
        width = len(catalogue.names_of(table))
        return np.array(found, dtype=np.float32).reshape(-1, width)

    def answer_and_tell(self, table: str, rows: Sequence[Row]) -> Matrix:
        """The vectors of rows in order of arrival, each of which is then known to those after it."""
        found = []
        for row in rows:
            found.append(self.vectors(table, [row])[0])
            self.tell(table, row)
        width = len(catalogue.names_of(table))
        return np.array(found, dtype=np.float32).reshape(-1, width)

    def save(self) -> dict[str, Any]:
        """All that `restore` needs, as arrays and plain lists."""
        return {
            "clock": self.clock,
            "rows": {n: [dict(r) for r in v] for n, v in self._rows.items()},
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Take up the state that `save` gave."""
        self.clock = saved["clock"]
        self._rows = {name: list(rows) for name, rows in saved["rows"].items()}

    def size(self) -> Mapping[str, int]:
        """How many cards there are and what they cost in memory, in bytes by stream."""
        return {"cards": len(self._rows["account"]) + len(self._rows["sim"])}

    def _vector(self, table: str, row: Row) -> NDArray[np.float32]:
        told = {**self._rows, table: [*self._rows[table], row]}
        frames = {n: _frame(n, found) for n, found in told.items() if n in self._receives}
        at = max(self.clock, row["at"])
        as_of = pl.Series([at + 1]).cast(pl.Datetime("us", "UTC"))[0]
        r = records.build(frames, as_of)
        asker = vectors.Asker(r, streams.build(r))
        if table == "opening":
            return vectors.opening_vectors(asker)[-1]  # type: ignore[no-any-return]
        of = vectors.transfer_vectors if table == "transfer" else vectors.call_vectors
        last = (r.transfers if table == "transfer" else r.calls).at.size - 1
        return of(asker, np.array([last]))[0]  # type: ignore[no-any-return]


def _frame(name: str, rows: Sequence[Row]) -> pl.DataFrame:
    if not rows:
        return tables.empty(name)
    held = [info.name for info in tables.columns(name)]
    columns = {c: [row.get(c) for row in rows] for c in held}
    return tables.typed(name, pl.DataFrame(columns, infer_schema_length=None))
