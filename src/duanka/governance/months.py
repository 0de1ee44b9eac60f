"""The calendar of governance: whole months and days of Asia/Shanghai, counted as plain numbers."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone

import polars as pl

from duanka.errors import BadInput

SHANGHAI = timezone(timedelta(hours=8))
_EIGHT_HOURS_US = 8 * 3_600_000_000
_DAY_US = 86_400_000_000
_EPOCH = date(1970, 1, 1)


def month_of(day: date) -> int:
    """The month a day lies in, as months since year 0.

    Example:
        >>> month_of(date(2026, 11, 23))
        24322
    """
    return day.year * 12 + day.month - 1


def last_month(as_of: datetime) -> int:
    """The month of the last instant before `as_of`."""
    return month_of((as_of - timedelta(microseconds=1)).astimezone(SHANGHAI).date())


def name_of(month: int) -> str:
    """The month as the contract writes it.

    Example:
        >>> name_of(24322)
        '2026-11'
    """
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def parse_month(text: str) -> int:
    """The month that people write as YYYY-MM.

    Raises: BadInput if it is no month.
    """
    found = re.fullmatch(r"(\d{4})-(\d{2})", text.strip())
    if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) < 1:
        raise BadInput(f"{text[:20]!r} is no month", where="--period", fix="write it like 2026-10")
    return int(found[1]) * 12 + int(found[2]) - 1


def begins_at(month: int) -> datetime:
    """The first instant of a month."""
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=SHANGHAI).astimezone(UTC)


def ends_at(month: int) -> datetime:
    """The first instant after a month."""
    return begins_at(month + 1)


def elapsed_share(month: int, *, since: datetime, until: datetime) -> float:
    """Which share of the month lies in [since, until).

    Units: 0…1.
    """
    begin, end = begins_at(month), ends_at(month)
    inside = (min(until, end) - max(since, begin)) / (end - begin)
    return max(0.0, float(inside))


def said_day(instant: datetime) -> str:
    """The day of an instant as letters write it.

    Example:
        >>> said_day(datetime(2026, 6, 1, 20, tzinfo=UTC))
        '2026年6月2日'
    """
    day = instant.astimezone(SHANGHAI)
    return f"{day.year}年{day.month}月{day.day}日"


def day_column(time: str) -> pl.Expr:
    """The day of an instant, as days since 1970-01-01."""
    micros = pl.col(time).dt.cast_time_unit("us").cast(pl.Int64) + _EIGHT_HOURS_US
    return (micros // _DAY_US).cast(pl.Int32)


def month_column(time: str) -> pl.Expr:
    """The month of an instant, as months since year 0."""
    local = pl.col(time).dt.convert_time_zone("UTC").dt.replace_time_zone(None) + timedelta(hours=8)
    return (local.dt.year() * 12 + local.dt.month().cast(pl.Int32) - 1).cast(pl.Int32)


def days_in(month: int) -> int:
    """How many days the month has."""
    return monthrange(month // 12, month % 12 + 1)[1]


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days
