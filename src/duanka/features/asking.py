"""Questions put to a stream, and its answers as columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from duanka.features import calls, devices, openings, replay, shards, taint, transfers
from duanka.features.room import Room, in_memory
from duanka.features.spec import HOUR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from duanka.features.columns import Columns
    from duanka.features.kernel import Layout
    from duanka.features.records import Records
    from duanka.features.replay import Events
    from duanka.features.shards import Shards
    from duanka.features.streams import Streams

    Ints = NDArray[np.int64]
    Stream = Events | Shards | shards.Answered
    Matrix = NDArray[np.float32]

EAST_H = 8
NEVER = 1 << 62


# answers at one instant are kept for whoever asks next, up to so many bytes a stream
MOST_HELD = 1 << 30


@dataclass(frozen=True)
class Held:
    """What a stream answered at one instant, by key; `place` is -1 for a key nobody has asked about.

    Shapes: place (keys,), found (keys asked, names).
    """

    place: NDArray[np.int32]
    found: NDArray[np.float32]


@dataclass(frozen=True)
class Asker:
    """Who answers, and with how many threads; `held` is what was answered at one instant before."""

    records: Records
    streams: Streams
    threads: int = 1
    room: Room = field(default_factory=in_memory, repr=False, compare=False)
    held: dict[tuple[int, str, int], Held] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Asked:
    """How a kind of stream answers."""

    layout: Layout
    names: tuple[str, ...]


TRANSFERS = Asked(transfers.LAYOUT, transfers.NAMES)
CALLS = Asked(calls.CALL_LAYOUT, calls.CALL_NAMES)
PAID = Asked(calls.PAID_LAYOUT, calls.PAID_NAMES)
MESSAGES = Asked(calls.MESSAGE_LAYOUT, calls.MESSAGE_NAMES)
USES = Asked(devices.USE_LAYOUT, devices.USE_NAMES)
PLACES = Asked(devices.PLACE_LAYOUT, devices.PLACE_NAMES)
NOTICES = Asked(taint.LAYOUT, taint.NAMES)
APPLICANTS = Asked(openings.APPLICANT_LAYOUT, openings.APPLICANT_NAMES)
HOSTS = Asked(openings.HOST_LAYOUT, openings.HOST_NAMES)
HOST_NOTICES = Asked(openings.NOTICE_LAYOUT, openings.NOTICE_NAMES)


@dataclass(frozen=True)
class Questions:
    """Whom a stream is asked about, and as of when.

    Units: `key` dense index, -1 where unknown; `at` UTC microseconds.
    """

    key: Ints
    at: Ints


def ask(
    asker: Asker, out: Columns, events: Stream, asked: Asked, of: Questions, *, prefix: str = ""
) -> None:
    """The stream's answers as columns; missing where the key is unknown or the stream had told of nothing yet."""
    out.block(asked.names, _matrix(asker, events, asked, of), prefix)


def ask_sides(
    asker: Asker, out: Columns, events: Stream, asked: Asked, sides: Mapping[str, Questions]
) -> None:
    """The stream's answers about several sides of the same events, by prefix, in one replay."""
    key = np.concatenate([of.key for of in sides.values()])
    at = np.concatenate([of.at for of in sides.values()])
    found = _matrix(asker, events, asked, Questions(key, at))
    begin = 0
    for prefix, of in sides.items():
        out.block(asked.names, found[begin : begin + of.key.size].copy(), prefix)
        begin += of.key.size


def begun(events: Events | Shards) -> int:
    """When the stream first told of anything; NEVER where it tells of nothing."""
    if isinstance(events, shards.Shards):
        return events.begun
    return int(events.known_at[0]) if events.at.size else NEVER


def _matrix(asker: Asker, events: Stream, asked: Asked, of: Questions) -> Matrix:
    if isinstance(events, shards.Answered):
        return events.rows()
    have = np.flatnonzero((of.key >= 0) & (of.at > begun(events)))
    whole = have.size == of.key.size
    asking = of if whole else Questions(of.key[have], of.at[have])
    found = _found(asker, events, asked, asking)
    if whole:
        return found
    matrix = np.full((of.key.size, len(asked.names)), np.nan, dtype=np.float32)
    matrix[have] = found
    return matrix


def _found(asker: Asker, events: Events | Shards, asked: Asked, of: Questions) -> Matrix:
    """The answers; those of one instant are kept, so that no key is replayed twice for it."""
    if isinstance(events, shards.Shards):
        found = np.empty((of.key.size, len(asked.names)), dtype=np.float32)
        how = shards.Asked(asked.layout, asked.names, asker.threads)
        for which, answers in events.answers(of.key, of.at, how):
            found[which] = answers
        return found
    if of.key.size == 0 or not (of.at == of.at[0]).all():
        return _replayed(asker, events, asked, of)
    spot = (id(events.key), asked.names[0], int(of.at[0]))
    size = int(max(events.key.max(initial=-1), of.key.max())) + 1
    held = asker.held.get(spot, Held(np.zeros(0, np.int32), np.empty((0, len(asked.names)), "f4")))
    place = np.full(max(size, held.place.size), -1, dtype=np.int32)
    place[: held.place.size] = held.place
    wanted = np.zeros(place.size, dtype=np.bool_)
    wanted[of.key] = True
    fresh = np.flatnonzero(wanted & (place < 0))
    more = _replayed(asker, events, asked, Questions(fresh, np.full(fresh.size, of.at[0])))
    place[fresh] = len(held.found) + np.arange(fresh.size)
    found = np.concatenate([held.found, more]) if len(held.found) else more
    if found.nbytes <= MOST_HELD:
        asker.held[spot] = Held(place, found)
    return found[place[of.key]]


def _replayed(asker: Asker, events: Events, asked: Asked, of: Questions) -> Matrix:
    return replay.answer(
        events,
        replay.ask(of.key, of.at, events),
        asked.layout,
        names=asked.names,
        threads=asker.threads,
        dtype=np.float32,
    )


def ask_calls(asker: Asker, out: Columns, of: Questions, *, prefix: str = "") -> None:
    """All that calls and messages say of phone cards, with what follows from it."""
    ask(asker, out, asker.streams.calls, CALLS, of, prefix=prefix)
    ask_around_calls(asker, out, of, prefix=prefix)


def ask_around_calls(asker: Asker, out: Columns, of: Questions, *, prefix: str = "") -> None:
    """What is asked of a phone card's payments after calls and of its messages, its calls being there."""
    s = asker.streams
    for events, asked in ((s.paid, PAID), (s.messages, MESSAGES)):
        ask(asker, out, events, asked, of, prefix=prefix)
    out.derive(calls.DERIVED, prefix)


def hour(at: Ints) -> Ints:
    """The hour of the day in Asia/Shanghai."""
    return (at // HOUR + EAST_H) % 24
