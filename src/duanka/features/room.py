"""Where long arrays stand, and how many rows are worked on at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Room:
    """What a long table is worked on in; `array` makes one of so many entries of a type, of zeros.

    A door may hand in arrays that lie in files: the pure rooms only fill them.
    """

    array: Callable[[int, type[Any]], NDArray[Any]]
    at_once: int

    def slices(self, size: int) -> list[slice]:
        """Stretches of rows that are worked on at once, in order; one, empty, where there are none."""
        step = self.at_once
        return [slice(at, min(at + step, size)) for at in range(0, max(size, 1), step)]


def stretches(at: Ints, span: int, room: Room) -> list[tuple[int, int]]:
    """Windows of time, each of whole `span`s, with about as many of the sorted instants as fit at once.

    The first begins before all instants and the last ends behind them.
    """
    found = []
    begin = int(at[0]) // span * span if at.size else 0
    place = 0
    while place + room.at_once < at.size:
        end = int(at[place + room.at_once]) // span * span
        if end <= begin:
            end = begin + span
        found.append((begin, end))
        begin, place = end, int(np.searchsorted(at, end))
    last = int(at[-1]) // span * span + span if at.size else begin
    return [*found, (begin, max(last, begin))]


def in_memory() -> Room:
    """The room of who has memory enough: everything at once."""
    return Room(np.zeros, 1 << 62)
