"""A folder of records as one thing that can be asked: checked rows, one instant, arrays, streams."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka import tables
from duanka.errors import BadInput
from duanka.features import records as of_records
from duanka.features import streams as of_streams
from duanka.features.vectors import Asker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.jobs.load import Loaded
    from duanka.jobs.progress import Progress
    from duanka.settings import Settings

EVENTS = ("transfer", "call", "message", "device_use", "opening")
SHANGHAI = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Dataset:
    """What is known before `as_of`, ready to be asked; `frames` hold the rows themselves."""

    as_of: datetime
    frames: Mapping[str, pl.DataFrame]
    asker: Asker


def prepare(loaded: Loaded, *, as_of: str | None, settings: Settings, say: Progress) -> Dataset:
    """The loaded dataset as it was known before `as_of` (default: the last event).

    Raises: BadInput if `as_of` is no instant, or nothing is known before it.
    """
    instant = last_event(loaded) if as_of is None else parse_instant(as_of)
    with say.stage("整理 arranging"):
        frames = known_before(loaded, instant)
        asker = ask_frames(frames, instant, settings.threads)
    return Dataset(instant, frames, asker)


def ask_frames(frames: Mapping[str, pl.DataFrame], as_of: datetime, threads: int) -> Asker:
    """Frames of the contract as something to ask questions of."""
    found = of_records.build(frames, as_of)
    return Asker(found, of_streams.build(found, threads=threads), threads)


def known_before(loaded: Loaded, instant: datetime) -> dict[str, pl.DataFrame]:
    """Every input table's rows known before the instant, by time; absent tables are left out."""
    held = loaded.lake.tables()
    frames = {
        name: in_order(
            name,
            loaded.lake.scan(
                name, [c.name for c in tables.columns(name)], before=instant
            ).collect(),
        )
        for name in tables.INPUTS
        if name in held
    }
    if all(frame.is_empty() for frame in frames.values()):
        raise BadInput(
            "nothing is known before that instant",
            where=f"--as-of {instant.isoformat()}",
            fix="give a later instant, or none for the last event",
        )
    return frames


def in_order(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of a table that is sorted by time, those of one instant by what they say.

    In which order a file happens to list them must change no answer.
    """
    time = tables.time_of(name)
    if time is None or frame.height < 2:
        return frame
    at = frame[time]
    same = (at == at.shift()).fill_null(value=False)
    tied = (same | same.shift(-1, fill_value=False)).arg_true()
    keys = [time, *(tables.PRIMARY[name] or frame.columns)]
    order = np.arange(frame.height)
    order[tied] = tied.gather(frame[tied].select(pl.arg_sort_by(keys)).to_series()).to_numpy()
    return frame[order] if tied.len() else frame


def last_event(loaded: Loaded) -> datetime:
    """The instant of the last event; where there are no events, the last instant anything was known."""
    for names in (EVENTS, tuple(tables.INPUTS)):
        latest: list[datetime | None] = [
            loaded.lake.scan(name, [time]).select(pl.col(time).max()).collect().item()
            for name in names
            if (time := tables.time_of(name)) and loaded.lake.count(name)
        ]
        if found := [instant for instant in latest if instant is not None]:
            return max(found)
    raise BadInput(
        "no row says when anything happened",
        where="all tables",
        fix="give --as-of INSTANT, such as 2026-08-01T00:00:00+08:00",
    )


def parse_instant(text: str) -> datetime:
    """The instant written in ISO 8601; without an offset, in Asia/Shanghai.

    Raises: BadInput if it is no instant.

    Example:
        >>> parse_instant("2026-08-01").isoformat()
        '2026-07-31T16:00:00+00:00'
    """
    try:
        instant = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text.strip()))
        return (instant if instant.tzinfo else instant.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (ValueError, OverflowError):  # midnight of year 1 in Shanghai lies before all years
        raise BadInput(
            f"{text[:40]!r} is no instant",
            where="--as-of",
            fix="write it like 2026-08-01T00:00:00+08:00",
        ) from None
