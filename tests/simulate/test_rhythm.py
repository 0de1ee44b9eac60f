import datetime as dt

import numpy as np

from duanka.simulate.rhythm import (
    DAY,
    NIGHT,
    OFFICE,
    ORDINARY,
    day_weights,
    epoch_us,
    hours,
    moments,
    month_days,
)  # fmt: skip

START = dt.date(2026, 5, 1)


def test_the_first_midnight_is_shanghai_time():
    assert epoch_us(START) == dt.datetime(2026, 4, 30, 16, tzinfo=dt.UTC).timestamp() * 1e6


def test_night_workers_are_up_at_night_and_offices_are_not():
    rng = np.random.default_rng(1)
    share = {
        way: (hours(rng, np.full(4_000, way, np.int8)) < 5 * 3_600).mean()
        for way in (NIGHT, ORDINARY, OFFICE)
    }
    assert share[NIGHT] > 4 * share[ORDINARY] > share[OFFICE]


def test_offices_rest_on_weekends_and_holidays():
    weight = np.diff(day_weights(START, 30, OFFICE), prepend=0)
    days = [START + dt.timedelta(days=d) for d in range(30)]
    assert weight[[d.weekday() == 6 for d in days]].max() < weight[days.index(dt.date(2026, 5, 12))]
    assert weight[0] < weight[days.index(dt.date(2026, 5, 12))]


def test_moments_lie_in_the_window():
    at = moments(np.random.default_rng(1), START, 10, np.zeros(1_000, np.int8))
    assert at.min() >= 0
    assert at.max() < 10 * DAY


def test_month_days_find_every_pay_day():
    row, on = month_days(START, 62, np.array([10, 31]))
    assert sorted(zip(row.tolist(), on.tolist(), strict=True)) == [(0, 9), (0, 40), (1, 30)]
