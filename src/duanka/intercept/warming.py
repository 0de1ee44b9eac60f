"""An empty door filled from a folder of records, as if it had been there all along."""

from __future__ import annotations

import re
from heapq import merge
from typing import TYPE_CHECKING, Any

import polars as pl

from duanka import tables
from duanka.errors import BadInput
from duanka.intercept.events import Event
from duanka.tables.check import check
from duanka.tables.read import batches
from duanka.tables.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duanka.intercept.known import Known
    from duanka.intercept.opening_up import Say

_NAMED = re.compile(
    rf"^({'|'.join(tables.INPUTS)})((?:-|\.part)[\w-]*)?\.(parquet|csv|csv\.gz|jsonl|jsonl\.gz|xlsx)$",
    re.IGNORECASE,
)
_EVERY = 20_000


def warm_up(known: Known, folder: Path, say: Say) -> int:
    """How many rows of the folder were taken; refused rows are left out, as a run leaves them out.

    Raises: BadInput if there is no such folder, or not one row could be taken.
    """
    with say.stage("读取历史 reading history"):
        frames = read_frames(folder)
    total = sum(frame.height for frame in frames.values())
    if not total:
        raise BadInput(
            "the folder to warm from holds no row that could be taken",
            where=str(folder),
            fix="give a folder that `duanka run` can read",
        )
    with say.stage("预热 warming"):
        for done, event in enumerate(events_of(frames)):
            known.tell(event)
            if done % _EVERY == 0:
                say.advance(done, total)
    return total


def read_frames(folder: Path) -> dict[str, pl.DataFrame]:
    """The checked rows of every table of a folder, those of one instant in the order a run puts them in."""
    if not folder.is_dir():
        raise BadInput(
            "there is no such folder to warm from",
            where=str(folder),
            fix="give the folder that holds your files, one a table, such as transfer.csv",
        )
    kept: dict[str, list[pl.DataFrame]] = {}
    seen: dict[str, Seen] = {}
    for path in sorted(folder.iterdir()):
        if (match := _NAMED.match(path.name)) and path.is_file():
            name = match[1].lower()
            for batch in batches(path):
                checked = check(
                    batch.rows, name, file=path.name, seen=seen.setdefault(name, Seen())
                )
                if checked.taken:
                    kept.setdefault(name, []).append(checked.rows)
    return {name: in_order(name, pl.concat(kept[name])) for name in tables.INPUTS if name in kept}


def in_order(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of a table by time, those of one instant by what they say."""
    time = tables.time_of(name)
    if time is None:
        return frame
    return frame.sort([time, *(tables.PRIMARY[name] or frame.columns)], maintain_order=True)


def events_of(frames: dict[str, pl.DataFrame]) -> Iterator[Event]:
    """Every row as an event: the register first, then all that happened in order of time."""
    timed = []
    for name, frame in frames.items():
        rows = _rows(name, frame)
        if tables.time_of(name) is None or name in {"account", "sim"}:
            yield from rows
        else:
            timed.append(rows)
    yield from merge(*timed, key=lambda event: event.at)


def _rows(name: str, frame: pl.DataFrame) -> Iterator[Event]:
    time = tables.time_of(name)
    plain = frame.with_columns(
        *(pl.col(c).dt.timestamp("us") for c, k in frame.schema.items() if k == pl.Datetime),
        *(pl.col(c).cast(pl.String) for c, k in frame.schema.items() if k == pl.Enum),
    )
    for row in plain.iter_rows(named=True):
        at: Any = row[time] if time else 0
        yield Event(name, "", at, row, b"", b"")
