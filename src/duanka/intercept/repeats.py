"""Which events were taken before, so that a delivery repeated counts once; bounded by time and number."""

from __future__ import annotations

from collections import deque
from itertools import repeat
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from duanka.intercept.answers import Refused
from duanka.intercept.events import ANSWERED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duanka.intercept.answers import Said
    from duanka.intercept.events import Event

_KEY = 16


class Repeats:
    """Keys of events taken, with where the log has them: its place, and sixteen bits for which of the record.

    The oldest are forgotten.

    Units: `window_us` how long a key is remembered, by when its event was taken; about 300 bytes a key.
    """

    def __init__(self, window_us: int, most: int) -> None:
        self._window_us = window_us
        self._most = most
        self._place: dict[bytes, int] = {}
        self._order: deque[tuple[int, bytes]] = deque()

    def __len__(self) -> int:
        return len(self._place)

    def find(self, key: bytes) -> int | None:
        """Where the log has the event of the key; None if it was not taken, or is forgotten."""
        return self._place.get(key)

    def add(self, keys: Sequence[bytes], place: int, *, now_us: int) -> None:
        """Nothing; a record's keys are remembered, and what is too old or too much is forgotten.

        Columns: `keys` new ones, in the record's order; `place` where the log has the record.
        """
        self._place.update(zip(keys, range(place << 16, (place << 16) + len(keys)), strict=True))
        self._order.extend(zip(repeat(now_us), keys, strict=False))
        before = now_us - self._window_us
        while self._order and (len(self._order) > self._most or self._order[0][0] < before):
            del self._place[self._order.popleft()[1]]

    def oldest_place(self) -> int | None:
        """The first place of the log that a repeated delivery may still ask for."""
        return self._place[self._order[0][1]] >> 16 if self._order else None

    def save(self) -> dict[str, Any]:
        """All that `restore` needs, as arrays."""
        keys = b"".join(key for _, key in self._order)
        return {
            "keys": np.frombuffer(keys, np.uint8).reshape(-1, _KEY),
            "taken_at": np.array([at for at, _ in self._order], dtype=np.int64),
            "place": np.array([self._place[key] for _, key in self._order], dtype=np.int64),
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Take up what `save` gave."""
        keys = [row.tobytes() for row in saved["keys"]]
        self._order = deque(zip(saved["taken_at"].tolist(), keys, strict=True))
        self._place = dict(zip(keys, saved["place"].tolist(), strict=True))


def same(event: Event, first: Event, said: Said) -> Said:
    """What was said of the first of two deliveries, if the second tells the same; else a refusal."""
    if event.kind in ANSWERED and event.row != first.row:
        return Refused(
            event.event_id,
            "this id was taken before, with other contents",
            "give every event an id of its own, and send a repeat unchanged",
        )
    return said if isinstance(said, Refused) else msgspec.structs.replace(said, duplicate=True)
