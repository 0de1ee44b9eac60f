"""Identifiers as dense numbers: what every array of the room counts by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

NONE = -1


@dataclass(frozen=True)
class Index:
    """Identifiers in byte order; the position is the dense index."""

    ids: pl.Series

    @property
    def size(self) -> int:
        """How many there are."""
        return self.ids.len()

    def find(self, wanted: pl.Series) -> Ints:
        """Dense indices, -1 where null or unknown.

        Example:
            >>> index_of(pl.Series(["b", "a", None])).find(pl.Series(["a", "c", None, "b"])).tolist()
            [0, -1, -1, 1]
        """
        if self.size == 0 or wanted.len() == 0:
            return np.full(wanted.len(), NONE, dtype=np.int64)
        codes = wanted.cast(pl.Enum(self.ids), strict=False).to_physical().cast(pl.Int64)
        return codes.fill_null(NONE).to_numpy()


def index_of(*columns: pl.Series) -> Index:
    """The index of every identifier that any of the columns names."""
    if not columns:
        return Index(pl.Series([], dtype=pl.String))
    # each by itself first: together long columns would be held once more
    every = pl.concat([c.cast(pl.String).rename("id").unique() for c in columns])
    return Index(every.drop_nulls().unique().sort())
