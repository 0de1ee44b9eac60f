"""A folder of records as one thing that can be asked: checked rows, one instant, arrays, streams."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka import tables
from duanka.errors import BadInput
from duanka.features import long_streams
from duanka.features import records as of_records
from duanka.features import streams as of_streams
from duanka.features.room import Room
from duanka.features.vectors import Asker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.jobs.load import Loaded
    from duanka.jobs.progress import Progress
    from duanka.settings import Settings

EVENTS = ("transfer", "call", "message", "device_use", "opening")
ROWS_A_MB = 1_000
"""So many rows of a table are worked on at once for each mebibyte that a job may plan to use."""
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
        room = room_of(loaded, settings)
        frames = known_before(loaded, instant, at_once=room.at_once)
        asker = ask_frames(frames, instant, settings.threads, room=room)
    return Dataset(instant, frames, asker)


def room_of(loaded: Loaded, settings: Settings) -> Room:
    """The room of a job that may plan to use so much memory: what is longer lies in files of the lake."""
    return Room(loaded.lake.spill().array, max(1, settings.memory_mb * ROWS_A_MB))


def ask_frames(
    frames: Mapping[str, pl.DataFrame], as_of: datetime, threads: int, *, room: Room | None = None
) -> Asker:
    """Frames of the contract as something to ask questions of; more transfers than the room takes at once by parts."""
    found = of_records.build(frames, as_of, room=room)
    if room is None or found.transfers.at.size <= room.at_once:
        return Asker(found, of_streams.build(found, threads=threads), threads)
    return Asker(found, long_streams.build(found, room), threads, room)


def known_before(
    loaded: Loaded, instant: datetime, *, at_once: int | None = None
) -> dict[str, pl.DataFrame]:
    """Every input table's rows known before the instant, by time; absent tables are left out.

    A table of more rows than `at_once` is brought in order slice by slice, and lies in files.
    """
    held = loaded.lake.tables()
    frames = {
        name: _rows_before(loaded, name, instant, at_once) for name in tables.INPUTS if name in held
    }
    if all(frame.is_empty() for frame in frames.values()):
        raise BadInput(
            "nothing is known before that instant",
            where=f"--as-of {instant.isoformat()}",
            fix="give a later instant, or none for the last event",
        )
    return frames


def _rows_before(loaded: Loaded, name: str, instant: datetime, at_once: int | None) -> pl.DataFrame:
    cuts = [] if at_once is None else loaded.lake.cuts(name, at_once)
    inner = [cut for cut in cuts if cut < instant]
    asked = [column.name for column in tables.columns(name)]
    # of one instant all rows are in one slice, so that ties are settled as in the whole
    slices = (
        in_order(name, loaded.lake.scan(name, asked, since=since, before=before).collect())
        for since, before in pairwise([None, *inner, instant])
    )
    return loaded.lake.spill().frame(slices) if inner else next(slices)


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
