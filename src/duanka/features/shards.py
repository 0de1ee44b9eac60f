"""A stream too long to be held at once: its events by ranges of keys, each range a stream of its own.

A row's answers depend on its own key's events alone, in order of arrival, so that a range of keys may
be replayed by itself: the values are those of the whole stream.
"""

# ruff: noqa: ANN001, ANN201 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

from duanka.features import replay
from duanka.features.replay import Events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from duanka.features.kernel import Layout
    from duanka.features.room import Room

    Ints = NDArray[np.int64]
    Matrix = NDArray[np.float32]

NEVER = 1 << 62


@dataclass(frozen=True)
class Shards:
    """The events of a stream by ranges of keys.

    Shapes: `edges` where each range begins, and where the last ends; `parts` one stream a range, its
    keys counted from the range's first. Units: `begun` UTC microseconds of the first event.
    """

    edges: Ints
    parts: tuple[Events, ...]
    begun: int

    def of(self, key: Ints) -> Ints:
        """The range of each key."""
        return np.searchsorted(self.edges, key, side="right") - 1

    def answers(self, key: Ints, at: Ints, asked: Asked) -> Iterator[tuple[Ints, Matrix]]:
        """The answers range by range: which questions, and their rows in that order.

        Keys beyond the last range are keys of which the stream has told nothing.
        """
        shard = np.minimum(self.of(key), len(self.parts) - 1)
        order, bounds = replay.order_by_key(shard, len(self.parts))
        for number, events in enumerate(self.parts):
            which = order[bounds[number] : bounds[number + 1]].astype(np.int64)
            if which.size == 0:
                continue
            mine = key[which] - self.edges[number]
            found = replay.answer(
                events,
                replay.ask(mine, at[which], events),
                asked.layout,
                names=asked.names,
                threads=asked.threads,
                dtype=np.float32,
            )
            yield which, found

    def ahead(self, of: tuple[Ints, Ints], asked: Asked, *, room: Room, step: int) -> Ahead:
        """All answers to these keys and instants, to be read `step` of a side at a time.

        Shapes: `of` two sides of as many questions behind one another.
        """
        key, at = of
        half = key.size // 2
        portion = np.arange(key.size) % half // step
        shard = np.minimum(self.of(key), len(self.parts) - 1)
        # a portion's rows lie together, and in it a range's: written and read in long stretches
        order = np.argsort(portion * (len(self.parts) + 1) + shard, kind="stable")
        place = np.empty(key.size, dtype=np.int64)
        place[order] = np.arange(key.size)
        have = np.flatnonzero((key >= 0) & (at > self.begun))
        width = len(asked.names)
        held = room.array(key.size * width, np.float32).reshape(key.size, width)
        lacking = np.ones(key.size, dtype=np.bool_)
        lacking[have] = False
        held[place[lacking]] = np.nan
        for which, found in self.answers(key[have], at[have], asked):
            held[place[have[which]]] = found
        return Ahead(held, place)


@dataclass(frozen=True)
class Ahead:
    """Answers that wait in a file: `place` tells in which row of `held` each question's lie."""

    held: Matrix
    place: Ints

    def rows(self, questions: slice) -> Matrix:
        """The answers to some of the questions."""
        found: Matrix = self.held[self.place[questions]]
        return found


@dataclass(frozen=True)
class Answered:
    """What a stream has been asked already: for each side of the questions of the moment, their rows."""

    sides: tuple[Matrix, ...]

    def rows(self) -> Matrix:
        """One row a question, the sides behind one another."""
        return np.concatenate(self.sides)


@dataclass(frozen=True)
class Asked:
    """How a stream is asked, and with how many threads."""

    layout: Layout
    names: tuple[str, ...]
    threads: int = 1


def cut(counts: Ints, at_once: int) -> Ints:
    """Where ranges of keys begin and the last ends, none with more events than fit at once but for single keys.

    Example:
        >>> cut(np.array([2, 1, 9, 0, 3]), 4).tolist()
        [0, 2, 3, 5]
    """
    upto = np.concatenate([[0], np.cumsum(counts)])
    edges = [0]
    while edges[-1] < counts.size:
        begin = edges[-1]
        end = int(np.searchsorted(upto, upto[begin] + at_once, side="right")) - 1
        edges.append(min(max(end, begin + 1), counts.size))
    return np.array(edges if len(edges) > 1 else [0, 0], dtype=np.int64)


class Filling:
    """Shards while their events come in, in order of arrival.

    Shapes: `counts` one entry a key: at most how many events it will have.
    """

    def __init__(self, counts: Ints, room: Room) -> None:
        self.edges = cut(counts, room.at_once)
        upto = np.concatenate([[0], np.cumsum(counts)])
        self._begin = upto[self.edges[:-1]].astype(np.int64)
        self._place = self._begin.copy()
        shard_of = np.repeat(np.arange(self._begin.size), np.diff(self.edges))
        self._shard_of = shard_of.astype(np.int32)
        size = int(upto[-1])
        self._held = tuple(room.array(size, np.int64) for _ in range(5))
        self._begun = NEVER

    def add(self, events: Events) -> None:
        """Further events; each is known when it happens."""
        if events.at.size:
            self._begun = min(self._begun, int(events.at[0]))
            scatter(replay.alike(events), self._shard_of, self.edges, self._place, self._held)

    def done(self) -> Shards:
        """All of them; nothing may be added any more."""
        parts = []
        for begin, end in zip(self._begin.tolist(), self._place.tolist(), strict=True):
            key, other, at, value, flags = (column[begin:end] for column in self._held)
            parts.append(Events(key, other, at, value, flags, at))
        return Shards(self.edges, tuple(parts), self._begun)


@nb.njit(cache=True, nogil=True)
def scatter(events, shard_of, edges, place, held):  # type: ignore[no-untyped-def]
    """Each event at the next free place of its key's range."""
    key, other, at, value, flags = held
    for i in range(events.key.size):
        shard = shard_of[events.key[i]]
        p = place[shard]
        place[shard] = p + 1
        key[p] = events.key[i] - edges[shard]
        other[p] = events.other[i]
        at[p] = events.at[i]
        value[p] = events.value[i]
        flags[p] = events.flags[i]


def by_range(key: Ints, room: Room, size: int) -> Iterator[Ints]:
    """Positions by ranges of keys, about as many as fit at once; those of keys below zero are left out.

    Within a range positions stand in order.
    """
    shift = 1
    counts = np.zeros(size + 1, dtype=np.int64)
    for part in room.slices(key.size):
        counts += np.bincount(key[part] + shift, minlength=size + 1)
    counts[0] = 0
    edges = cut(counts, room.at_once)
    shard_of = np.repeat(np.arange(edges.size - 1), np.diff(edges)).astype(np.int32)
    of: NDArray[Any] = room.array(key.size, np.int32)
    for part in room.slices(key.size):
        of[part] = np.where(key[part] < 0, -1, shard_of[key[part] + shift])
    for shard in range(edges.size - 1):
        found = [np.flatnonzero(of[part] == shard) + part.start for part in room.slices(key.size)]
        yield np.concatenate(found)
