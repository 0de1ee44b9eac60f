"""Rows of cards that nothing has happened to for long leave memory for a file, and are back when they are read.

The rows stand in a private mapping of a file: what is written stays in memory, what was never written costs
nothing. To leave is to be written into the file at the same place and to be dropped from memory; whoever
reads a row again is given it from the file by the system, so no row ever has another value or another place.
The file has no name: it is scratch beside snapshots and log, and gone with the process, killed or not.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from typing import TYPE_CHECKING, Any

import numpy as np

from duanka.errors import Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

WORD = 8
PAGE = mmap.PAGESIZE
RESERVED = tuple(1 << bits for bits in (40, 38, 36, 34))
"""Bytes of room to grow into, the most that the system lets be reserved; nothing is used before it is written."""
MOST_AT_ONCE = 16 * 2**20
"""Bytes that leave in one go, so that nobody waits long for the door meanwhile."""
_NORESERVE = getattr(mmap, "MAP_NORESERVE", 0x4000)
_IN_MEMORY, _OF_FILE = np.uint64(1 << 63 | 1 << 62), np.uint64(1 << 61)


class Attic:
    """The arena of rows of one door, and the file to which idle rows go.

    Raises: Unavailable if the folder's disk will not have such a file.
    """

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder, prefix="idle-")  # noqa: SIM115 - lives as long as the door
        self._map = _mapped(self._file.fileno(), folder)
        self._words: Ints = np.frombuffer(self._map, dtype=np.int64)
        self._away = np.zeros(0, dtype=bool)
        self._next = 0

    def __call__(self, held: Ints, words: int) -> Ints:
        """The arena with room for at least so many words, beginning with what is held."""
        if max(words, len(held)) > len(self._words):
            raise Unavailable(
                "there is no room for more cards in one process", where="the door's memory",
                fix="divide the cards among several doors",
            )  # fmt: skip
        if held.ctypes.data != self._words.ctypes.data:
            self._take_in(held)
        size = len(held) if words <= len(held) else max(words, 2 * len(held))
        return self._words[: min(size, len(self._words))]

    def _take_in(self, held: Ints) -> None:
        """Copies what there is; pages of nothing are left untouched, and so cost nothing."""
        step = PAGE // WORD
        for at in range(0, len(held), step):
            part = held[at : at + step]
            if part.any():
                self._words[at : at + part.size] = part

    @property
    def away_bytes(self) -> int:
        """How much stood in the file alone when it was last looked at."""
        return int(self._away.sum()) * PAGE

    def leave(self, spans: Ints, before: int) -> int:
        """How many bytes left memory now, of rows that nobody told or asked since `before`.

        A page leaves when every row on it is idle. At most `MOST_AT_ONCE` leave; the next call goes on from there.
        Shapes: spans (rows, 3): begin, words, where the clock stands.
        Units: `before` UTC microseconds.
        Raises: Unavailable if the disk refuses; all is in memory still then.
        """
        if not len(spans):
            return 0
        try:
            return self._drop(self._in_turn(self._idle_pages(spans, before)))
        except OSError as error:
            raise Unavailable(
                f"idle cards cannot leave memory: {error.strerror}", where="the door's folder",
                fix="make room on the disk; the door goes on with them in memory",
            ) from error  # fmt: skip

    def _idle_pages(self, spans: Ints, before: int) -> Ints:
        """The pages in memory on which every row is idle."""
        begin, end = spans[:, 0] * WORD, (spans[:, 0] + spans[:, 1]) * WORD
        first, last = begin // PAGE, (end - 1) // PAGE
        state = self._state(int(last.max()) + 1)
        self._away = _longer(self._away, state.size) & ((state & _OF_FILE > 0) | (state == 0))
        pages = np.zeros(state.size + 1, dtype=np.int64)
        busy = ~self._is_idle(spans, before)
        np.add.at(pages, first[busy], 1)
        np.add.at(pages, last[busy] + 1, -1)
        quiet = np.cumsum(pages)[:-1] == 0
        quiet[0] = quiet[-1] = False  # the row of nothing, and where the next row begins
        return np.flatnonzero(quiet & (state & _IN_MEMORY > 0) & (state & _OF_FILE == 0))

    def _is_idle(self, spans: Ints, before: int) -> Flags:
        """Which rows nobody told or asked since; a clock that is away is not read, which would bring it back."""
        clock = spans[:, 2]
        idle = self._away[clock * WORD // PAGE]
        idle[~idle] = self._words[clock[~idle]] < before
        return idle

    def _in_turn(self, pages: Ints) -> Ints:
        most = MOST_AT_ONCE // PAGE
        mine = pages[pages >= self._next][:most]
        self._next = int(mine[-1]) + 1 if mine.size == most else 0
        return mine

    def _drop(self, pages: Ints) -> int:
        runs = np.split(pages, np.flatnonzero(np.diff(pages) > 1) + 1) if pages.size else []
        places = [(int(run[0]) * PAGE, run.size * PAGE) for run in runs]
        number = self._file.fileno()
        for at, size in places:
            _write(number, self._words[at // WORD : (at + size) // WORD], at)
        os.fdatasync(number)  # only what is on disk for certain may be dropped
        for at, size in places:
            self._map.madvise(mmap.MADV_DONTNEED, at, size)
            os.posix_fadvise(number, at, size, os.POSIX_FADV_DONTNEED)
        self._away[pages] = True
        return int(pages.size) * PAGE

    def _state(self, pages: int) -> NDArray[np.uint64]:
        """What the system says of each page: in memory or swapped, and whether that is the file's own copy."""
        first = self._words.ctypes.data // PAGE
        with open("/proc/self/pagemap", "rb", buffering=0) as told:  # noqa: PTH123 - no file of ours
            found = os.pread(told.fileno(), pages * 8, first * 8)
        state = np.frombuffer(found, dtype=np.uint64)
        return np.where(state & _IN_MEMORY > 0, state & (_IN_MEMORY | _OF_FILE), np.uint64(0))

    def close(self) -> None:
        """Nothing; the file is gone, and its disk room free."""
        self._file.close()


def _mapped(number: int, folder: Path) -> mmap.mmap:
    for size in RESERVED:
        try:
            os.ftruncate(number, size)
            found = mmap.mmap(number, size, flags=mmap.MAP_PRIVATE | _NORESERVE)
        except (OSError, ValueError, OverflowError):
            continue
        # neighbours in the file are no neighbours in time: none is read ahead
        found.madvise(mmap.MADV_RANDOM)
        return found
    raise Unavailable(
        "the disk will not have a file with room for idle cards", where=str(folder),
        fix="put the door's folder on a disk that knows sparse files",
    )  # fmt: skip


def _write(number: int, words: Any, at: int) -> None:
    left = memoryview(words).cast("B")
    while left:
        done = os.pwrite(number, left, at)
        left, at = left[done:], at + done


def _longer(flags: Flags, size: int) -> Flags:
    out = np.zeros(size, dtype=bool)
    out[: min(flags.size, size)] = flags[:size]
    return out
