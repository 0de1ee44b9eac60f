"""Which months can be judged at all, given when labels begin and what was known before the instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.governance import grain, months

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from duanka.policy.dated import Regime


@dataclass(frozen=True)
class Horizon:
    """The months of a scorecard, all as months since year 0, ends included.

    `young` months after opening in which a card counts as new; `begins` the first period of stock;
    `first` the first month of opening that any of these periods can still see in its first months.
    """

    logged_from: datetime
    as_of: datetime
    young: int
    begins: int
    last: int

    @property
    def first(self) -> int:
        """The first month of opening that is told apart; older cards are counted as one."""
        return self.begins - self.young + 1

    def cover(self) -> NDArray[np.float64]:
        """Which share of each month from `first` to `last` the labels cover.

        Labels are a log with a beginning: before it nothing could become known.
        """
        covered = [
            months.elapsed_share(month, since=self.logged_from, until=self.as_of)
            for month in range(self.first, self.last + 1)
        ]
        return grain.shares(np.array(covered))


def horizon(label: pl.DataFrame, as_of: datetime, *, young: int, most: int) -> Horizon | None:
    """The months that labels known before `as_of` can speak of, at most `most` of them; None if there are none."""
    known = label.filter(pl.col("known_at") < as_of)["known_at"]
    since = known.min()
    if since is None:
        return None
    last = months.last_month(as_of)
    begin = months.month_of(since.astimezone(months.SHANGHAI).date())  # type: ignore[union-attr]
    return Horizon(since, as_of, young, max(begin, last - most + 1), last)  # type: ignore[arg-type]


def window_of(unit_kind: str, regime: Regime) -> int:
    """How many months, up to the one that is judged, a unit of a kind is judged by.

    An employee has too few cards for the months that an outlet is judged by.
    """
    name = "staff_window_months" if unit_kind == "staff" else "window_months"
    return int(regime.number(f"scorecards.{name}"))
