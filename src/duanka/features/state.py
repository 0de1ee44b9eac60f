"""The live host: every key's row in memory, asked and told one event at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from duanka.errors import BadInput
from duanka.features import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class Histories:
    """The rows of one stream, by dense key; grows as keys appear.

    An event is held back until the clock has passed its instant, so that a question asked at an
    instant never sees an event of the same instant. The clock never runs backwards.
    """

    def __init__(self, layout: kernel.Layout, names: tuple[str, ...]) -> None:
        self.layout = layout
        self.names = names
        self.clock: int = kernel.NEVER
        self._rows = np.empty((0, layout.width), dtype=np.int64)
        self._waiting: list[tuple[int, ...]] = []
        self._scratch = np.zeros(kernel.SCRATCH, dtype=np.int64)

    def add(
        self, *, key: int, other: int, at: int, value: int, flags: int, known_at: int | None = None
    ) -> None:
        """Tell of an event; a late one (`at` before `known_at` or the clock) counts from now on, no sooner.

        Units: UTC microseconds.
        """
        self._tick(at if known_at is None else known_at)
        event = (key, other, at, self.clock, value, flags)
        if at < self.clock:
            self._enter(event)
        else:
            self._waiting.append(event)

    def answer(self, keys: Ints, asked_at: int) -> Ints:
        """The answers for `keys` at `asked_at`, shape (keys, names).

        Raises: BadInput if `asked_at` is before an earlier question or event.
        """
        if asked_at < self.clock:
            raise BadInput(
                "a question cannot be asked before what is already known",
                where=f"asked_at {asked_at}, clock {self.clock}",
                fix="ask at the clock's instant or later",
            )
        self._tick(asked_at)
        out = np.zeros((len(keys), len(self.names)), dtype=np.int64)
        for line, key in zip(out, keys, strict=True):
            self._reach(int(key))
            kernel.answer(self._rows[key], self.layout, asked_at, line)
        return out

    def save(self) -> dict[str, Any]:
        """All that `restore` needs, as plain arrays."""
        return {
            "rows": self._rows.copy(),
            "clock": self.clock,
            "waiting": np.array(self._waiting, dtype=np.int64).reshape(-1, 6),
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Take up the state that `save` gave."""
        self._rows = saved["rows"].copy()
        self.clock = int(saved["clock"])
        self._waiting = [tuple(int(v) for v in line) for line in saved["waiting"]]

    def _tick(self, now: int) -> None:
        if now > self.clock:
            for event in self._waiting:
                self._enter(event)
            self._waiting.clear()
            self.clock = now

    def _enter(self, event: tuple[int, ...]) -> None:
        key, other, at, known_at, value, flags = event
        self._reach(key)
        kernel.add(self._rows[key], self.layout, at, known_at, other, value, flags, self._scratch)

    def _reach(self, key: int) -> None:
        have = len(self._rows)
        if key < have:
            return
        rows = np.zeros((max(key + 1, 2 * have, 16), self.layout.width), dtype=np.int64)
        rows[:have] = self._rows
        for row in rows[have:]:
            kernel.clear(row, self.layout)
        self._rows = rows
