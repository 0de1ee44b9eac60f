"""Named columns of one length, collected in any order and laid out in the catalogue's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from duanka.features import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from duanka.features.catalogue import Subject
    from duanka.features.records import Records
    from duanka.features.spec import Derived

    Ints = NDArray[np.int64]
    Matrix = NDArray[np.float32]

LAID_AT_ONCE = 1024


class Columns:
    """What has been answered so far of some questions, by name.

    Units: `at` UTC microseconds, when each was asked.
    """

    def __init__(self, at: Ints) -> None:
        self.at = at
        self.size = at.size
        self._by_name: dict[str, NDArray[np.float32]] = {}

    def put(self, name: str, values: NDArray[Any]) -> None:
        """One column."""
        self._by_name[name] = np.asarray(values, dtype=np.float32)

    def block(self, names: Sequence[str], matrix: Matrix, prefix: str = "") -> None:
        """One column a name; -1 seconds since something that never happened reads as missing."""
        twice = self._by_name.keys() & {prefix + name for name in names}
        if twice:
            raise KeyError(f"answered twice: {', '.join(sorted(twice))}")
        for at, name in enumerate(names):
            column = matrix[:, at]
            if name.endswith(("since_first_s", "since_last_s")):
                column = np.where(column < 0, np.float32("nan"), column)
            self._by_name[prefix + name] = column

    def derive(self, derived: Iterable[Derived], prefix: str = "") -> None:
        """Each derived column from those already here."""
        for d in derived:
            parts = [self._by_name[prefix + n].astype(np.float64) for n in d.needs]
            self.put(prefix + d.name, d.compute(*parts))

    def get(self, name: str) -> NDArray[np.float32]:
        """A column put before."""
        return self._by_name[name]

    def lay_out(self, subject: Subject, records: Records) -> Matrix:
        """The vectors in catalogue order, shape (questions, features); unknown where data lack it."""
        names = catalogue.names_of(subject)
        out = np.empty((self.size, len(names)), dtype=np.float32)
        # a few rows at a time, so that rows being written stay in the cache
        for begin in range(0, self.size, LAID_AT_ONCE):
            part = slice(begin, begin + LAID_AT_ONCE)
            for at, name in enumerate(names):
                out[part, at] = self._by_name[name][part]
        for what, told_at in records.told_at.items():
            before = np.flatnonzero(self.at <= told_at)
            if before.size:
                out[before[:, None], catalogue.lacking_columns(subject, what)] = np.nan
        return out
