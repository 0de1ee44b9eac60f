"""The append-only log of a door: whole records on disk before anything is acknowledged, torn tails cut."""

from __future__ import annotations

import os
import struct
import zlib
from bisect import bisect_right
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa

from duanka.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MAGIC = b"DKL1"
# magic, bytes kept, bytes before compression (0: kept as they are), number; then the sum of all that
_HEAD = struct.Struct("<4sIIQ")
_SUM = struct.Struct("<I")
_FRONT = _HEAD.size + _SUM.size
_LEAST_PACKED = 256
SEGMENT_BYTES = 64 * 2**20
_AHEAD_RECORDS, _AHEAD_LEAST, _AHEAD_MOST = 256, 2**16, 2**22
"""Noughts laid ahead: for so many records like the last, within bounds in bytes."""
_NOUGHT = bytes(2**16)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the log: its place, its number and what was kept."""

    place: int
    number: int
    payload: bytes


class Log:
    """Numbered records in segments `FOLDER/PLACE.log`; a place is a count of bytes from the first log on.

    A record is on disk when `append` returns. What a crash left half written at the very end is cut off
    when the log is opened; a fault before the end is refused, since acknowledged events would be lost.
    The last segment ends in noughts, laid ahead: to write over them costs the disk half of what it costs to
    make a file longer, since only the record itself has to be brought to safety.
    """

    def __init__(self, folder: Path, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._codec = pa.Codec("lz4_raw")
        self._broken = ""
        folder.mkdir(parents=True, exist_ok=True)
        self._starts = _segments(folder)
        self.next_number = 0
        self.end = self._starts[-1] if self._starts else 0
        self.cut_bytes = self._mend() if self._starts else 0
        self._laid = 0
        self._file = self._open(self._starts[-1]) if self._starts else self._begin(0)

    @property
    def segment_count(self) -> int:
        return len(self._starts)

    def append(self, payload: bytes) -> int:
        """The place of the record, which is on disk.

        Raises: Unavailable if it could not be written; the log takes nothing more then.
        """
        if self._broken:
            raise self._away(self._broken)
        packed, plain = self._packed(payload)
        head = _HEAD.pack(_MAGIC, len(packed), plain, self.next_number)
        record = b"".join((head, _SUM.pack(zlib.crc32(packed, zlib.crc32(head))), packed))
        try:
            if self.end - self._starts[-1] >= self._segment_bytes:
                self.close()
                self._file = self._begin(self.end)
            self._lay_ahead(len(record))
            _write(self._file.fileno(), record, self.end - self._starts[-1])
            os.fdatasync(self._file.fileno())
        except OSError as error:
            # what of it reached the disk is not known any more: only a new start may tell
            self._broken = error.strerror or "the disk refused"
            raise self._away(self._broken) from error
        place, self.end = self.end, self.end + len(record)
        self.next_number += 1
        return place

    def _lay_ahead(self, size: int) -> None:
        """Nothing; there are noughts where the record is to stand, or there is no room for them."""
        place = self.end - self._starts[-1]
        if place + size <= self._laid:
            return
        wanted = min(max(size * _AHEAD_RECORDS, _AHEAD_LEAST), _AHEAD_MOST)
        self._laid = place + max(min(wanted, self._segment_bytes - place), size)
        with suppress(OSError):  # if there is none for the record itself, its own writing tells
            for at in range(place, self._laid, len(_NOUGHT)):
                _write(self._file.fileno(), _NOUGHT[: self._laid - at], at)

    def _packed(self, payload: bytes) -> tuple[bytes, int]:
        if len(payload) < _LEAST_PACKED:
            return payload, 0
        return self._codec.compress(payload, asbytes=True), len(payload)

    def read(self, place: int) -> Record:
        """The record at a place.

        Raises: BadInput if there is none, or it is not whole.
        """
        which = bisect_right(self._starts, place) - 1
        if which >= 0 and place < self.end:
            start = self._starts[which]
            with self._path(start).open("rb") as file:
                file.seek(place - start)
                found = self._next(file.read(_FRONT), file, place)
            if found is not None:
                return found
        raise self._torn(place)

    def replay(self, place: int = 0) -> Iterator[Record]:
        """The records from a place on, in order.

        Raises: BadInput if one is not whole, or a segment is missing.
        """
        which = max(bisect_right(self._starts, place) - 1, 0)
        for start in self._starts[which:]:
            if place < start:
                raise self._torn(place)
            with self._path(start).open("rb") as file:
                file.seek(place - start)
                while place < self.end and (front := file.read(_FRONT)):
                    record = self._next(front, file, place)
                    if record is None:
                        raise self._torn(place)
                    yield record
                    place = start + file.tell()

    def begins(self) -> int:
        """The place of the oldest record that is kept."""
        return self._starts[0]

    def forget(self, before: int) -> int:
        """How many segments were removed, of those that lie wholly before a place."""
        gone = max(bisect_right(self._starts, before) - 1, 0)
        for start in self._starts[:gone]:
            self._path(start).unlink()
        del self._starts[:gone]
        return gone

    def close(self) -> None:
        """Nothing; the log's file is let go, and ends where its last record does."""
        with suppress(OSError):  # noughts that stay do no harm
            os.ftruncate(self._file.fileno(), self.end - self._starts[-1])
        self._file.close()

    def _next(self, front: bytes, file: BinaryIO, place: int) -> Record | None:
        """The record whose front was read, None if it is not whole."""
        if len(front) < _FRONT:
            return None
        magic, size, plain, number = _HEAD.unpack_from(front)
        if magic != _MAGIC:
            return None
        packed = file.read(size)
        (told,) = _SUM.unpack_from(front, _HEAD.size)
        if len(packed) < size or zlib.crc32(packed, zlib.crc32(front[: _HEAD.size])) != told:
            return None
        payload = self._codec.decompress(packed, plain, asbytes=True) if plain else packed
        return Record(place, number, payload)

    def _mend(self) -> int:
        """How many bytes of a half-written record were cut from the end of the last segment."""
        start = self._starts[-1]
        path, place = self._path(start), start
        with path.open("rb") as file:
            while (front := file.read(_FRONT)) and (record := self._next(front, file, place)):
                place = start + file.tell()
                self.next_number = record.number + 1
            file.seek(place - start)
            rest = file.read().rstrip(b"\0")
        self.end = place
        if self.next_number == 0 and len(self._starts) > 1:  # just begun: the number is before it
            self.next_number = self._last_number(self._starts[-2]) + 1
        if rest:
            self._refuse_rot(rest, place)
            with path.open("r+b") as file:
                file.truncate(place - start)
                os.fsync(file.fileno())
        return len(rest)

    def _last_number(self, start: int) -> int:
        place, number = start, -1
        with self._path(start).open("rb") as file:
            while (front := file.read(_FRONT)) and (record := self._next(front, file, place)):
                place, number = start + file.tell(), record.number
        return number

    def _refuse_rot(self, rest: bytes, place: int) -> None:
        """Nothing, unless a whole later record stands behind the fault: then the disk lost something."""
        at = rest.find(_MAGIC, 1)
        while at >= 0:
            front = rest[at : at + _FRONT]
            if len(front) == _FRONT:
                _, size, _, number = _HEAD.unpack_from(front)
                packed = rest[at + _FRONT : at + _FRONT + size]
                (told,) = _SUM.unpack_from(front, _HEAD.size)
                whole = zlib.crc32(packed, zlib.crc32(front[: _HEAD.size])) == told
                if whole and len(packed) == size and number >= self.next_number:
                    raise self._torn(place)
            at = rest.find(_MAGIC, at + 1)

    def _begin(self, start: int) -> FileIO:
        self._path(start).touch()
        file = self._open(start)
        if start not in self._starts:
            self._starts.append(start)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # the new name itself must survive
        finally:
            os.close(folder)
        return file

    def _open(self, start: int) -> FileIO:
        file = FileIO(self._path(start), "r+b")
        self._laid = os.fstat(file.fileno()).st_size
        return file

    def _path(self, start: int) -> Path:
        return self._folder / f"{start:020d}.log"

    def _torn(self, place: int) -> BadInput:
        return BadInput(
            f"the log is damaged at byte {place:,}, with whole records behind it",
            where=str(self._folder),
            fix="restore the log from a copy; nothing was changed",
        )

    def _away(self, why: str) -> Unavailable:
        return Unavailable(
            f"the log cannot be written: {why}",
            where=str(self._folder),
            fix="see to the disk, then start the door again; what was acknowledged is safe",
        )


def _write(handle: int, data: bytes, at: int) -> None:
    left = memoryview(data)
    while left:
        done = os.pwrite(handle, left, at)
        left, at = left[done:], at + done


def _segments(folder: Path) -> list[int]:
    """Where the segments of a folder begin, in order.

    Raises: BadInput if one between them is missing or cut.
    """
    paths = sorted(folder.glob("*.log"))
    starts = [int(path.stem) for path in paths]
    ends = [start + path.stat().st_size for start, path in zip(starts, paths, strict=True)]
    for end, start in zip(ends, starts[1:], strict=False):
        if end != start:
            raise BadInput(
                f"the log breaks off at byte {end:,} and goes on at {start:,}",
                where=str(folder),
                fix="restore the missing segment from a copy; nothing was changed",
            )
    return starts
