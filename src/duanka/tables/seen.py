"""Which ids of a table came before, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

_RUN = 1 << 16


@dataclass
class Seen:
    """The ids that earlier batches brought, as 64-bit hashes: 8 bytes an id.

    Among a hundred million ids the chance that any row is wrongly called a duplicate is below 0.0003.

    Example:
        >>> seen = Seen()
        >>> seen.add(pl.Series(["a", "b", "a"])).to_list(), seen.add(pl.Series(["b", "c"])).to_list()
        ([False, False, True], [True, False])
    """

    runs: list[NDArray[np.uint64]] = field(default_factory=list)

    def add(self, ids: pl.Series) -> pl.Series:
        """Where an id was there before, in an earlier batch or further up in this one."""
        hashes = ids.hash().to_numpy()
        order = np.argsort(hashes, kind="stable")
        ranked = hashes[order]
        again = np.zeros(len(ranked), dtype=np.bool_)
        again[1:] = ranked[1:] == ranked[:-1]
        for run in self.runs:
            spot = np.searchsorted(run, ranked)
            spot[spot == len(run)] = 0
            again |= run[spot] == ranked
        self._keep(ranked[~again])
        found = np.empty_like(again)
        found[order] = again
        return pl.Series(found)

    def _keep(self, fresh: NDArray[np.uint64]) -> None:
        # Runs double in size, so there are few to search and each hash is merged few times.
        while self.runs and len(self.runs[-1]) < max(2 * len(fresh), _RUN):
            fresh = np.concatenate([self.runs.pop(), fresh])
            fresh.sort(kind="stable")
        if len(fresh):
            self.runs.append(fresh)
