"""Events and applications over HTTP: one JSON object, or a batch of lines; an answer for each, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from duanka.errors import BadInput, DuankaError
from duanka.intercept.answers import Refused
from duanka.intercept.events import decode
from duanka.web.problems import TooLarge, WrongMedia
from duanka.web.reading import Gone, body_of
from duanka.web.reply import JSON, NDJSON, refuse, reply

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable, Mapping, Sequence

    from starlette.types import Receive, Scope, Send

    from duanka.intercept.answers import Said
    from duanka.intercept.events import Event
    from duanka.web.gate import Gate
    from duanka.web.keys import Key
    from duanka.web.meters import Meters
    from duanka.web.waiting import Waiting

    Enter = Callable[[Sequence[Event]], Future[list[Said]]]

MOST_LINES = 10_000
"""Of one batch."""
_ENCODER = msgspec.json.Encoder()
APPLICATION = "opening"


@dataclass(frozen=True)
class Intake:
    """One address that takes events in; `scope` is what its keys are for."""

    gate: Gate
    waiting: Waiting
    meters: Meters
    route: str
    scope: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Nothing; the events of the body have been answered, or the fault told."""
        try:
            headers = dict(scope["headers"])
            key = self.gate.admit(scope, headers, self.scope)
            media = _media(headers)
            body = await body_of(headers, receive)
            if media == NDJSON:
                told = await self._batch(key, body, self._entry(headers))
            else:
                told = self._told(await self._one(key, body, headers))
        except DuankaError as error:
            self.refused(error)
            await refuse(send, error)
        except Gone:
            self.meters.requests[self.route, 499] += 1
        else:
            self.meters.requests[self.route, 200] += 1
            await reply(send, told, media=media)

    def begin(self, scope: Scope, body: bytes) -> Future[list[Said]]:
        """What will be said of a request with one event, which came whole; `end` makes an answer of it.

        Raises: what `tell` tells the caller, if the future is given it.
        """
        headers = dict(scope["headers"])
        return self._one(self.gate.admit(scope, headers, self.scope), body, headers)

    def end(self, said: Future[list[Said]]) -> bytes:
        """The answer's body; it is counted.

        Raises: what became of the event instead.
        """
        told = self._told(said.result())
        self.meters.requests[self.route, 200] += 1
        return told

    async def tell(self, said: Future[list[Said]], send: Send) -> None:
        """Nothing; the answer has left, or the fault has been told."""
        try:
            told = self.end(said)
        except DuankaError as error:
            self.refused(error)
            await refuse(send, error)
        else:
            await reply(send, told)

    def refused(self, error: DuankaError) -> None:
        """Nothing; the refusal is counted."""
        self.meters.requests[self.route, error.status] += 1
        self.meters.refused_events += error.status == BadInput.status

    def _one(self, key: Key, body: bytes, headers: Mapping[bytes, bytes]) -> Future[list[Said]]:
        self.gate.rates.spend(key, 1)
        return self._entry(headers)([self._event(key, body)])

    def _told(self, said: Sequence[Said]) -> bytes:
        (one,) = said
        if type(one) is Refused:
            raise BadInput(one.fault, where="the event", fix=one.fix)
        return _ENCODER.encode(one)

    def _entry(self, headers: Mapping[bytes, bytes]) -> Enter:
        """How the caller waits: `Prefer: wait` (RFC 7240) asks for the door's own answer, however late."""
        patient = headers.get(b"prefer", b"").strip().lower().startswith(b"wait")
        return self.waiting.enter_patiently if patient else self.waiting.enter

    async def _batch(self, key: Key, body: bytes, enter: Enter) -> bytes:
        """A line for each line that is not blank."""
        lines = [line for line in body.split(b"\n") if line and not line.isspace()]
        if len(lines) > MOST_LINES:
            raise TooLarge(
                f"the batch has more than {MOST_LINES:,} lines",
                where="request body",
                fix="send fewer events at once",
            )
        self.gate.rates.spend(key, max(len(lines), 1))
        read = [self._read(key, line) for line in lines]
        events = [one for one in read if type(one) is not Refused]
        said = iter(await enter(events) if events else ())  # type: ignore[arg-type]
        told = [one if type(one) is Refused else next(said) for one in read]
        self.meters.refused_events += sum(type(one) is Refused for one in told)
        return _ENCODER.encode_lines(told)

    def _read(self, key: Key, line: bytes) -> Event | Refused:
        try:
            return self._event(key, line)
        except DuankaError as error:
            return Refused(None, f"{error.what}: {error.where}", error.fix)

    def _event(self, key: Key, raw: bytes) -> Event:
        """The event, if it may come in here.

        Raises: BadInput if it is none, or belongs elsewhere.
        """
        event = decode(raw)
        if (event.kind == APPLICATION) is (self.scope == "openings:write"):
            return event
        if event.kind == APPLICATION and key.may("openings:write"):
            return event  # a stream in time order has applications among its events
        raise BadInput(
            f"an event of the kind {event.kind} does not come in here with this key",
            where="kind",
            fix="send applications to /v1/openings, or with a key that has openings:write; else to /v1/events",
        )


def _media(headers: dict[bytes, bytes]) -> bytes:
    """JSON or lines of JSON; a body that says nothing of itself is JSON.

    Raises: WrongMedia.
    """
    told = headers.get(b"content-type", JSON)
    media = told if told in {JSON, NDJSON} else told.split(b";")[0].strip().lower()
    if media not in {JSON, NDJSON} or b"content-encoding" in headers:
        raise WrongMedia(
            "the body is neither JSON nor lines of JSON",
            where="headers Content-Type, Content-Encoding",
            fix="send application/json or application/x-ndjson in UTF-8, not compressed",
        )
    return media


def encoded(said: Said) -> bytes:
    """What was said, as JSON."""
    return _ENCODER.encode(said)
