"""Named columns of one length, collected in any order and laid out in the catalogue's."""

# ruff: noqa: ANN001, ANN202 - compiled by numba, which infers types

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

from duanka.features import catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from duanka.features.catalogue import Subject
    from duanka.features.records import Records
    from duanka.features.spec import Derived

    Ints = NDArray[np.int64]
    Matrix = NDArray[np.float32]
    Column = NDArray[np.float32]

AT_ONCE = 2048


class Columns:
    """What has been answered so far of some questions, by name.

    Units: `at` UTC microseconds, when each was asked.
    """

    def __init__(self, at: Ints) -> None:
        self.at = at
        self.size = at.size
        self._by_name: dict[str, Column] = {}
        self._blocks: list[tuple[Matrix, dict[str, int]]] = []

    def put(self, name: str, values: NDArray[Any]) -> None:
        """One column."""
        self._by_name[name] = np.asarray(values, dtype=np.float32)

    def block(self, names: Sequence[str], matrix: Matrix, prefix: str = "") -> None:
        """One column a name; -1 seconds since something that never happened reads as missing."""
        places = {prefix + name: at for at, name in enumerate(names)}
        twice = self._by_name.keys() & places.keys()
        if twice:
            raise KeyError(f"answered twice: {', '.join(sorted(twice))}")
        for name, at in places.items():
            column = self._by_name[name] = matrix[:, at]
            if name.endswith(("since_first_s", "since_last_s")):
                column[column < 0] = np.nan
        self._blocks.append((matrix, places))

    def derive(self, derived: Sequence[Derived], prefix: str = "") -> None:
        """Each derived column from those already here."""
        found = [np.empty(self.size, dtype=np.float32) for _ in derived]
        for rows in self._a_few():
            for d, column in zip(derived, found, strict=True):
                parts = [self._by_name[prefix + n][rows].astype(np.float64) for n in d.needs]
                column[rows] = d.compute(*parts)
        for d, column in zip(derived, found, strict=True):
            self.put(prefix + d.name, column)

    def get(self, name: str) -> Column:
        """A column put before."""
        return self._by_name[name]

    def lay_out(self, subject: Subject, records: Records) -> Matrix:
        """The vectors in catalogue order, shape (questions, features); unknown where data lack it."""
        names = {name: at for at, name in enumerate(catalogue.names_of(subject))}
        out = np.empty((self.size, len(names)), dtype=np.float32)
        for matrix, places in self._blocks:
            wanted = [
                (at, names.pop(n)) for n, at in places.items() if self._is_of(matrix, n, names)
            ]
            if wanted:
                _lay(matrix, np.array(wanted, dtype=np.int64), out)
        for rows in self._a_few():
            for name, at in names.items():
                out[rows, at] = self._by_name[name][rows]
        for what, told_at in records.told_at.items():
            before = np.flatnonzero(self.at <= told_at)
            if before.size:
                out[before[:, None], catalogue.lacking_columns(subject, what)] = np.nan
        return out

    def _a_few(self) -> list[slice]:
        """Stretches of rows short enough to stay in the cache while they are read or written."""
        return [slice(at, at + AT_ONCE) for at in range(0, self.size, AT_ONCE)]

    def _is_of(self, matrix: Matrix, name: str, wanted: dict[str, int]) -> bool:
        """True where the column is wanted and has not been put anew since its block came."""
        return name in wanted and self._by_name[name].base is matrix


@nb.njit(cache=True, nogil=True)
def _lay(matrix, pairs, out):  # type: ignore[no-untyped-def]
    """Columns of a block at their places; `pairs` from where to where."""
    for row in range(matrix.shape[0]):
        for i in range(pairs.shape[0]):
            out[row, pairs[i, 1]] = matrix[row, pairs[i, 0]]
