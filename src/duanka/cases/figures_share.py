"""A share with its denominator and its doubt, as every humane figure is told."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_Z = 1.96


@dataclass(frozen=True)
class Share:
    """How many of how many, and between what the true share lies with 95 % (Wilson)."""

    count: int
    of: int

    @property
    def bounds(self) -> tuple[float, float]:
        """The lower and upper bound of the share; 0 and 1 where nothing is known."""
        if not self.of:
            return 0.0, 1.0
        share, n = self.count / self.of, self.of
        middle = share + _Z * _Z / (2 * n)
        wide = _Z * sqrt(share * (1 - share) / n + _Z * _Z / (4 * n * n))
        scale = 1 + _Z * _Z / n
        return max(0.0, (middle - wide) / scale), min(1.0, (middle + wide) / scale)

    def told(self) -> dict[str, Any]:
        """The share as a report tells it."""
        low, high = self.bounds
        share = round(self.count / self.of, 4) if self.of else None
        return {
            "count": self.count,
            "of": self.of,
            "share": share,
            "low": round(low, 4),
            "high": round(high, 4),
        }


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies, between two of them by how near each is.

    Example:
        >>> quantile([1.0, 2.0, 3.0], 0.75)
        2.5
    """
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
