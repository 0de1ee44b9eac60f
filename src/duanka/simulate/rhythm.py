"""When things happen: hours of the day by way of life, days of the week, holidays."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DAY = 86_400
ORDINARY, EARLY, NIGHT, OFFICE, SHOP, YOUNG = range(6)
# Relative weight of each hour 0..23, by way of life.
_HOURS = np.array(
    [
        [2, 1, 1, 1, 1, 2, 4, 8, 10, 11, 11, 12, 12, 10, 10, 10, 11, 12, 13, 14, 13, 11, 8, 4],
        [1, 1, 1, 1, 2, 6, 11, 14, 15, 14, 12, 9, 7, 7, 9, 10, 9, 8, 8, 8, 6, 4, 2, 1],
        [11, 10, 8, 7, 5, 4, 4, 4, 3, 3, 3, 4, 5, 6, 8, 9, 9, 10, 11, 12, 12, 13, 13, 12],
        [0.3, 0.2, 0.2, 0.2, 0.2, 0.5, 1, 3, 12, 18, 17, 12, 5, 9, 16, 16, 15, 9, 4, 3, 2, 1, 1, 1],
        [1, 0.5, 0.5, 0.5, 0.5, 1, 3, 7, 9, 10, 11, 13, 13, 10, 9, 9, 11, 14, 15, 14, 12, 9, 5, 2],
        [7, 4, 2, 1, 1, 1, 2, 4, 6, 8, 9, 11, 12, 9, 8, 8, 9, 11, 12, 12, 13, 14, 14, 11],
    ],
    dtype=np.float64,
)
_HOUR_CDF = np.cumsum(_HOURS / _HOURS.sum(axis=1, keepdims=True), axis=1)[:, :-1]
_WEEK = np.array([1.0, 0.98, 0.98, 1.0, 1.1, 1.15, 1.05])
_OFFICE_WEEK = np.array([1.1, 1.05, 1.0, 1.0, 1.0, 0.25, 0.15])
# (month, day) of public holidays that matter for rhythm.
_HOLIDAYS = {(5, 1), (5, 2), (5, 3), (6, 19), (10, 1), (10, 2), (10, 3), (1, 1), (2, 17), (2, 18)}


def epoch_us(start: dt.date) -> int:
    """The instant of local midnight of the first day, in UTC microseconds."""
    midnight = dt.datetime(
        start.year, start.month, start.day, tzinfo=dt.timezone(dt.timedelta(hours=8))
    )
    return int(midnight.timestamp()) * 1_000_000


def day_weights(start: dt.date, days: int, way: int = ORDINARY) -> Floats:
    """How busy each day is, as a cumulative distribution."""
    dates = [start + dt.timedelta(days=d) for d in range(days)]
    week = _OFFICE_WEEK if way == OFFICE else _WEEK
    weights = np.array([week[d.weekday()] for d in dates])
    free = np.array([(d.month, d.day) in _HOLIDAYS for d in dates])
    weights[free] *= 0.2 if way == OFFICE else 1.35
    return np.asarray(np.cumsum(weights) / weights.sum())


def hours(rng: np.random.Generator, way: npt.NDArray[np.int8]) -> Ints:
    """Seconds into the day, one for each way of life given."""
    hour = np.empty(len(way), np.int64)
    for kind in np.unique(way):
        mine = np.flatnonzero(way == kind)
        hour[mine] = np.searchsorted(_HOUR_CDF[kind], rng.random(len(mine)), side="right")
    return hour * 3_600 + rng.integers(0, 3_600, len(way))


def moments(rng: np.random.Generator, start: dt.date, days: int, way: npt.NDArray[np.int8]) -> Ints:
    """Seconds since the first midnight, one for each way of life given."""
    ordinary = np.searchsorted(day_weights(start, days), rng.random(len(way)), side="right")
    office = way == OFFICE
    if office.any():
        cdf = day_weights(start, days, OFFICE)
        ordinary[office] = np.searchsorted(cdf, rng.random(int(office.sum())), side="right")
    return np.minimum(ordinary, days - 1) * DAY + hours(rng, way)


def month_days(start: dt.date, days: int, month_day: Ints) -> tuple[Ints, Ints]:
    """Which rows fall on which window day, each row having a day of the month: (row, day) pairs."""
    rows, on = [], []
    for offset in range(days):
        hit = np.flatnonzero(month_day == (start + dt.timedelta(days=offset)).day)
        rows.append(hit)
        on.append(np.full(len(hit), offset))
    return np.concatenate(rows), np.concatenate(on).astype(np.int64)
