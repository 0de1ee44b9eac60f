"""When people of a stranger's town move, and of which kind they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from other_people import DAY, KINDS, Town

BUSY = np.array(
    [1, 1, 0, 0, 0, 1, 3, 6, 9, 10, 10, 11, 12, 9, 9, 9, 9, 11, 13, 13, 11, 8, 5, 2], float
)
LATE = np.array([8, 7, 6, 4, 3, 1, 1, 1, 2, 3, 4, 5, 6, 5, 5, 5, 6, 7, 9, 10, 11, 11, 10, 9], float)
OFFICE = np.array([0] * 8 + [3, 8, 9, 8, 3, 6, 8, 8, 7, 4] + [1] * 3 + [0] * 3, float)


def moments(town: Town, size: int, hours: np.ndarray[Any, Any] = BUSY) -> np.ndarray[Any, Any]:
    """Seconds since the beginning, spread over the days by the hours people keep."""
    rng = town.rng
    hour = rng.choice(24, size, p=hours / hours.sum())
    return rng.integers(0, town.style.days, size) * DAY + (hour + rng.random(size)) * 3_600


def is_(town: Town, *kinds: str) -> np.ndarray[Any, Any]:
    """Which people are of these kinds."""
    return np.isin(town.kind, [KINDS.index(k) for k in kinds])


def each(value: Any, size: int) -> np.ndarray[Any, Any]:
    """One value a row, a single one standing for all."""
    return np.broadcast_to(np.asarray(value, object), (size,)).copy()
