"""Opaque ids that say nothing: a seeded bijection of a counter, so that neither order nor digits tell."""

from __future__ import annotations

import numpy as np
import polars as pl

_BITS = 33
_MASK = (1 << _BITS) - 1
_PER_SHARD = 24  # bits of counter in a part of a town
OUTSIDE_SHARD = 511  # ids shared by all parts: other institutions' cards, merchants
KINDS = [
    "p",
    "o",
    "i",
    "u",
    "w",
    "a",
    "s",
    "n",
    "t",
    "c",
    "m",
    "d",
    "k",
    "l",
    "q",
    "z",
    "x",
    "f",
]  # what the letter stands for is nobody's business


def opaque(kind: str, count: int, *, seed: int, shard: int = 0) -> pl.Series:
    """`count` distinct ids of a kind, stable for a seed and a part of the town.

    Shapes: at most 2**24 ids a part.
    """
    key = np.random.default_rng([seed, KINDS.index(kind), 104_729]).integers(1, 1 << 31, 3)
    x = np.arange(count, dtype=np.uint64) | np.uint64(shard << _PER_SHARD)
    mask = np.uint64(_MASK)
    for turn, shift in ((0, 17), (1, 15), (2, 18)):
        odd = np.uint64((int(key[turn]) * 2 + 1) & _MASK)
        x = (x * odd + np.uint64(key[2 - turn])) & mask
        x ^= x >> np.uint64(shift)
    return (kind + "-") + pl.Series(x).cast(pl.String).str.zfill(10)
