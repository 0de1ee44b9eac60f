"""Questions put to a stream, and its answers as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from duanka.features import calls, devices, openings, replay, taint, transfers
from duanka.features.spec import HOUR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.features.columns import Columns
    from duanka.features.kernel import Layout
    from duanka.features.records import Records
    from duanka.features.replay import Events
    from duanka.features.streams import Streams

    Ints = NDArray[np.int64]

EAST_H = 8
NEVER = 1 << 62


@dataclass(frozen=True)
class Asker:
    """Who answers, and with how many threads."""

    records: Records
    streams: Streams
    threads: int = 1


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
    out: Columns, events: Events, asked: Asked, of: Questions, *, threads: int = 1, prefix: str = ""
) -> None:
    """The stream's answers as columns; missing where the key is unknown or the stream had told of nothing yet."""
    begun = events.known_at[0] if events.at.size else NEVER
    have = np.flatnonzero((of.key >= 0) & (of.at > begun))
    whole = have.size == of.key.size
    questions = (
        replay.ask(of.key, of.at, events)
        if whole
        else replay.ask(of.key[have], of.at[have], events)
    )
    found = replay.answer(
        events, questions, asked.layout, names=asked.names, threads=threads, dtype=np.float32
    )
    if whole:
        matrix = found
    else:
        matrix = np.full((of.key.size, len(asked.names)), np.nan, dtype=np.float32)
        matrix[have] = found
    out.block(asked.names, matrix, prefix)


def ask_calls(asker: Asker, out: Columns, of: Questions, *, prefix: str = "") -> None:
    """All that calls and messages say of phone cards, with what follows from it."""
    s = asker.streams
    for events, asked in ((s.calls, CALLS), (s.paid, PAID), (s.messages, MESSAGES)):
        ask(out, events, asked, of, threads=asker.threads, prefix=prefix)
    out.derive(calls.DERIVED, prefix)


def hour(at: Ints) -> Ints:
    """The hour of the day in Asia/Shanghai."""
    return (at // HOUR + EAST_H) % 24
