"""On how many days the door has seen transfers, and calls: a score of a door that knows nobody stops nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.intercept.terms import DAY, EAST_US

if TYPE_CHECKING:
    from collections.abc import Mapping

NEVER = -(1 << 62)


class Acquaintance:
    """Days in Shanghai with records of a kind, counted as the clock passes them; a late record adds none."""

    def __init__(self) -> None:
        self._days: dict[str, tuple[int, int]] = {}

    def saw(self, kind: str, at: int) -> None:
        """Nothing; a record of the kind was seen at the instant."""
        count, last = self._days.get(kind, (0, NEVER))
        day = (at + EAST_US) // DAY
        if day > last:
            self._days[kind] = (count + 1, day)

    def is_new_day(self, kind: str, at: int) -> bool:
        """Whether a record of the instant would be the first of its day, so that `saw` changes anything."""
        return (at + EAST_US) // DAY > self._days.get(kind, (0, NEVER))[1]

    def days(self, kind: str) -> int:
        """On how many days before the last one seen there were records of the kind."""
        return max(self._days.get(kind, (0, NEVER))[0] - 1, 0)

    def save(self) -> dict[str, list[int]]:
        """All that `restore` needs."""
        return {kind: list(told) for kind, told in self._days.items()}

    def restore(self, saved: Mapping[str, list[int]]) -> None:
        """Take up what `save` gave."""
        self._days = {kind: (count, last) for kind, (count, last) in saved.items()}
