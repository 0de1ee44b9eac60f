"""Events from a stream through the door: marked as read only when the log has them; bad ones set aside."""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from duanka.errors import BadInput, Unavailable
from duanka.intercept.answers import Answer, Refused, Said
from duanka.intercept.events import decode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from duanka.intercept.door import Door
    from duanka.intercept.events import Event

LONGEST_LINE = 64 * 1024
"""Bytes of one event; a longer line is refused unread."""
AT_ONCE = 1_024
TENDED_EVERY_S = 600.0
"""Seconds of a stream that a start after a kill replays at most, and the snapshot before them."""
LOG = logging.getLogger("duanka.intercept")


@dataclass(frozen=True, slots=True)
class Message:
    """One event as it came: its bytes, and where the source has it (a line, an offset)."""

    raw: bytes
    where: str


class Source(Protocol):
    """Where events come from."""

    def read(self) -> Sequence[Message] | None:
        """The next messages, none of them if nothing came for a while; None at the end."""
        ...

    def done(self, messages: Sequence[Message], said: Sequence[Said]) -> None:
        """Nothing; the log has the messages, and they need not be delivered again."""
        ...

    def reject(self, message: Message, refused: Refused) -> None:
        """Nothing; a message that was not taken is set aside with its reason."""
        ...

    def close(self) -> None:
        """Nothing; the source is let go."""
        ...


@dataclass
class Tally:
    """What became of a stream: messages read, taken, repeated, refused, and answers by kind and word."""

    read: int = 0
    taken: int = 0
    repeated: int = 0
    refused: int = 0
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, said: Sequence[Said]) -> None:
        """Nothing; what was said of a batch is counted."""
        self.read += len(said)
        for one in said:
            if isinstance(one, Refused):
                self.refused += 1
            elif one.duplicate:
                self.repeated += 1
            else:
                self.taken += 1
                if isinstance(one, Answer):
                    self.answers[one.event_kind, one.answer] += 1


def consume(
    door: Door, source: Source, *, now_us: int | None = None, tended_every_s: float = TENDED_EVERY_S
) -> Tally:
    """What became of all that the source gave, until it ends.

    A message counts as read once the door's log has it, so after a crash the source gives the last ones
    again; their ids say that they were taken, and they count once. The door is tended as a server's is, and
    at the end: it has a snapshot, keeps no longer a log than it may, and lets idle cards rest.
    Raises: Unavailable if the door cannot answer; what was not marked comes again.
    """
    tally, tended_s, tended = Tally(), time.monotonic(), 0
    while (messages := source.read()) is not None:
        if messages:
            _pass_on(door, source, messages, tally, now_us)
        else:
            door.challenge()
        if tally.taken != tended and time.monotonic() - tended_s >= tended_every_s:
            _tend(door, now_us)
            tended_s, tended = time.monotonic(), tally.taken
    if tally.taken != tended:
        _tend(door, now_us)
    return tally


def _pass_on(
    door: Door, source: Source, messages: Sequence[Message], tally: Tally, now_us: int | None
) -> None:
    said = take(door, messages, now_us=now_us)
    for message, one in zip(messages, said, strict=True):
        if isinstance(one, Refused):
            source.reject(message, one)
    source.done(messages, said)
    tally.add(said)


def _tend(door: Door, now_us: int | None) -> None:
    try:
        door.snapshot()
        door.tend(now_us=time.time_ns() // 1_000 if now_us is None else now_us)
    except Unavailable as error:  # the log still has everything; a start only takes longer
        LOG.warning("no snapshot: %s", error.what)


def take(door: Door, messages: Sequence[Message], *, now_us: int | None = None) -> list[Said]:
    """What the door says of each message, unreadable ones refused with their reasons."""
    said: dict[int, Said] = {}
    events: list[Event] = []
    where: list[int] = []
    for i, message in enumerate(messages):
        if len(message.raw) > LONGEST_LINE:
            said[i] = Refused(
                None,
                f"an event of more than {LONGEST_LINE:,} bytes",
                "send one JSON object with its kind and the columns of the data dictionary",
            )
            continue
        try:
            events.append(decode(message.raw))
            where.append(i)
        except BadInput as error:
            said[i] = Refused(None, error.where or error.what, error.fix)
    said.update(zip(where, door.take(events, now_us=now_us), strict=True))
    return [said[i] for i in range(len(messages))]


_ENCODER = msgspec.json.Encoder()


def line(said: Said) -> bytes:
    """What is said of an event, as one line of JSON."""
    return _ENCODER.encode(said) + b"\n"


def reject_line(message: Message, refused: Refused, source: str) -> bytes:
    """A message set aside, as one line of JSON: where it came from, why, what to do, and itself."""
    told: dict[str, Any] = {
        "source": source,
        "where": message.where,
        "fault": refused.fault,
        "fix": refused.fix,
        "raw": message.raw[:LONGEST_LINE].decode("utf-8", "backslashreplace"),
    }
    return _ENCODER.encode(told) + b"\n"


class Aside:
    """Files beside a door: messages set aside, and, where wanted, every answer; one JSON object a line."""

    def __init__(self, rejects: Path, answers: Path | None, source: str) -> None:
        rejects.parent.mkdir(parents=True, exist_ok=True)
        self._rejects = rejects.open("ab")
        self._answers = answers.open("ab") if answers is not None else None
        self._source = source

    def reject(self, message: Message, refused: Refused) -> None:
        """Nothing; the message is in the file of rejects."""
        self._rejects.write(reject_line(message, refused, self._source))

    def answer(self, said: Sequence[Said]) -> None:
        """Nothing; answers are in their file, and both files are with the system."""
        if self._answers is not None:
            self._answers.writelines(line(one) for one in said if not isinstance(one, Refused))
            self._answers.flush()
        self._rejects.flush()

    def close(self) -> None:
        """Nothing; the files are closed."""
        self._rejects.close()
        if self._answers is not None:
            self._answers.close()
