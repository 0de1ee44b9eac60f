"""Requests for the addresses of events, of which there are most by far: with as little around them as may be.

An answer leaves in one piece, its head made ready beforehand. A request with one event that comes whole is
answered without a task of its own; all others, and all that is odd, go the way that any app knows.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from duanka.web.app import Unforeseen
from duanka.web.reply import JSON, JSON_HEAD, READY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Receive, Scope, Send
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

STRAIGHT = frozenset({b"/v1/events", b"/v1/openings"})
"""Where nearly all requests go: for these the server does nothing that they do not need."""
MOST_BYTES = 64 * 1024
"""Of one event; what is larger may be a batch, and is read with more care."""
_ODD = frozenset({b"content-encoding", b"expect"})


class TakesOne(Protocol):
    """What takes in one event that came whole; `intake.Intake` does."""

    def begin(self, scope: Any, body: bytes) -> asyncio.Future[Any]:
        """What will be said of the event."""
        ...

    def end(self, said: asyncio.Future[Any]) -> bytes:
        """The answer's body."""
        ...

    async def tell(self, said: asyncio.Future[Any], send: Send) -> None:
        """Nothing; the answer has left, or why there is none."""
        ...


class Swift(RequestResponseCycle):
    """A request and its answer; an answer that comes with its head ready is written once and not looked at again."""

    _head: bytes | None = None

    async def send(self, message: Any) -> None:
        """Nothing; as uvicorn's own, but a head that is ready waits for its body."""
        ready = message.get(READY)
        if ready is not None and self.keep_alive and not self.response_started:
            self.response_started = True
            self.waiting_for_100_continue = False
            self._head = ready
        elif self._head is not None:
            await self._send_whole(self._head, message["body"])
        else:
            await super().send(message)

    async def _send_whole(self, head: bytes, body: bytes) -> None:
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if not self.disconnected:
            self.write_whole(head, body)

    def write_whole(self, head: bytes, body: bytes) -> None:
        """Nothing; the answer is with the system, and the connection is free for the next request."""
        own = b"".join(b"%s: %s\r\n" % one for one in self.default_headers)
        self.transport.write(b"HTTP/1.1 200 OK\r\n%s%s%d\r\n\r\n%s" % (own, head, len(body), body))
        self.response_started = self.response_complete = True
        self.message_event.set()
        self.on_response()


def is_straight(wire: HttpToolsProtocol) -> bool:
    """Whether the request whose head is whole may go straight: events come in, and nothing else is odd."""
    cycle, parser = wire.cycle, wire.parser
    return (
        wire.url in STRAIGHT
        and parser.get_method() == b"POST"
        and parser.get_http_version() == "1.1"
        and not parser.should_upgrade()
        and (cycle is None or cycle.response_complete)
    )


def begin(wire: HttpToolsProtocol) -> None:
    """Nothing; the request is at hand, and nobody has it yet."""
    scope = wire.scope
    scope["method"], scope["query_string"] = "POST", b""
    scope["path"], scope["raw_path"] = wire.url.decode(), wire.url
    wire.cycle = Swift(
        scope=scope,
        transport=wire.transport,
        flow=wire.flow,
        logger=wire.logger,
        access_logger=wire.access_logger,
        access_log=wire.access_log,
        default_headers=wire.server_state.default_headers,
        message_event=asyncio.Event(),
        expect_100_continue=wire.expect_100_continue,
        keep_alive=wire.parser.should_keep_alive(),
        on_response=wire.on_response_complete,
    )


def hand_over(wire: HttpToolsProtocol) -> None:
    """Nothing; the app has the request, as any app has it."""
    wire._start_asgi_task(wire.cycle, wire.app)  # noqa: SLF001  # as its own on_headers_complete does


def answer(wire: HttpToolsProtocol) -> None:
    """Nothing; a whole request with one event will be answered once the door has, another goes to the app."""
    cycle: Any = wire.cycle
    one: TakesOne | None = getattr(wire.app, "takes", {}).get(wire.url)
    if one is None or not _is_one_event(wire.headers) or len(cycle.body) > MOST_BYTES:
        hand_over(wire)
        return
    try:
        said = one.begin(wire.scope, bytes(cycle.body))
    except Exception as error:  # noqa: BLE001  # whoever asked is told, whatever it was
        said = wire.loop.create_future()
        said.set_exception(error)
    said.add_done_callback(partial(_end, wire, cycle, one))


def _is_one_event(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    plain = False
    for name, value in headers:
        if name == b"content-type":
            plain = value == JSON
        elif name in _ODD:
            return False
    return plain


def _end(wire: HttpToolsProtocol, cycle: Swift, one: TakesOne, said: asyncio.Future[Any]) -> None:
    """Nothing; the answer has left, unless something is odd: that is told by a task, which may wait."""
    if cycle.disconnected:
        return
    if cycle.keep_alive and not cycle.flow.write_paused:
        with suppress(Exception):
            body = one.end(said)
            cycle.write_whole(JSON_HEAD, body)
            return

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await one.tell(said, send)

    told: Any = Unforeseen(app)
    wire._start_asgi_task(cycle, told)  # noqa: SLF001
