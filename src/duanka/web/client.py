"""A program at the door: sends lines of events, waits when told to, and adds up what they were answered."""

from __future__ import annotations

import http.client
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import msgspec

from duanka.errors import BadInput, NotAllowed, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

TRIES = 60
"""How often a batch is sent again before the client gives up; each time after what the server asks."""
SHOWN = 10
"""Stopped events and refusals that are kept as examples."""


@dataclass
class Tally:
    """What became of all events so far; `stopped` counts by kind, answer and the rule that fired."""

    sent: int = 0
    taken: int = 0
    refused: int = 0
    duplicates: int = 0
    late: int = 0
    waits: int = 0
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    stopped: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    stopped_fen: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, Any]] = field(default_factory=list)
    batch_s: list[float] = field(default_factory=list)

    def add(self, lines: list[bytes], said: list[dict[str, Any]]) -> None:
        """Nothing; a batch and what was said of it are counted."""
        self.sent += len(lines)
        for line, one in zip(lines, said, strict=True):
            if "fault" in one:
                self.refused += 1
                self.faults[one["fault"]] += 1
                continue
            self.duplicates += one["duplicate"]
            if "answer" not in one:
                self.taken += 1
                continue
            self.answers[one["event_kind"], one["answer"]] += 1
            self.late += one["timed_out"]
            if one["answer"] != "allow":
                self._stopped(line, one)

    def _stopped(self, line: bytes, one: dict[str, Any]) -> None:
        what = (one["event_kind"], one["answer"], one["because"])
        self.stopped[what] += 1
        self.stopped_fen[what] += msgspec.json.decode(line).get("amount_fen") or 0
        if len(self.examples) < SHOWN:
            self.examples.append(one)


def stream(
    lines: Iterable[bytes], url: str, token: str, *, batch: int, seen: Callable[[Tally], None]
) -> Tally:
    """What all lines were answered, sent in batches, one after the other.

    Raises: BadInput, NotAllowed, Unavailable if the server refuses or is not there.
    """
    tally = Tally()
    with _Wire(url, token) as wire:
        for part in _batches(lines, batch):
            begun = time.perf_counter()
            said = wire.post(part, tally)
            tally.batch_s.append(time.perf_counter() - begun)
            tally.add(part, said)
            seen(tally)
    return tally


def _batches(lines: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    part: list[bytes] = []
    for line in lines:
        part.append(line)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


class _Wire:
    """One connection to a server, made anew when it breaks."""

    def __init__(self, url: str, token: str) -> None:
        told = urlsplit(url)
        if told.scheme not in {"http", "https"} or not told.hostname:
            raise BadInput("no address of a server", where=url, fix="give http://HOST:PORT")
        secure = told.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        self.url = url
        self.connection = kind(told.hostname, told.port, timeout=120)
        self.headers = {
            "authorization": f"Bearer {token}",
            "content-type": "application/x-ndjson",
            "prefer": "wait",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def post(self, lines: list[bytes], tally: Tally) -> list[dict[str, Any]]:
        """What was said of the lines; sent again while the server asks to wait, since ids count once."""
        body = b"\n".join(lines)
        for _ in range(TRIES):
            status, told, wait_s = self._once(body)
            if status == 200:
                said: list[dict[str, Any]] = msgspec.json.Decoder().decode_lines(told)
                return said
            if status not in {429, 503}:
                raise _refused(status, told, self.url)
            tally.waits += 1
            time.sleep(wait_s)
        raise Unavailable(
            "the server takes nothing in", where=self.url, fix="look at its health and try later"
        )

    def _once(self, body: bytes) -> tuple[int, bytes, float]:
        try:
            self.connection.request("POST", "/v1/events", body, self.headers)
            got = self.connection.getresponse()
            return got.status, got.read(), float(got.headers.get("retry-after", "1"))
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            if isinstance(error, ConnectionRefusedError):
                raise Unavailable(
                    "nobody listens there", where=self.url, fix="start `duanka serve` first"
                ) from error
            return 503, b"", 0.2


def _refused(status: int, told: bytes, url: str) -> Exception:
    try:
        words = msgspec.json.decode(told)
        what, where, fix = words["detail"], words.get("where", url), words.get("fix", "")
    except (msgspec.DecodeError, KeyError, TypeError):
        what, where, fix = f"the server said {status}", url, "see that it is duanka's"
    kind = NotAllowed if status in {401, 403} else BadInput
    return kind(what, where=where, fix=fix)
