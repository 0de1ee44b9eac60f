"""The server around the app: connections bounded in size and time, a stop that loses nothing, TLS."""

from __future__ import annotations

import contextlib
import resource
import signal
import socket
import ssl
import sys
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from duanka.errors import BadInput, DuankaError, Unavailable
from duanka.web import problems, swift
from duanka.web.reply import SECURITY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.types import ASGIApp

MOST_HEAD = 64 * 1024
"""Bytes of a request's line and headers."""
SWITCH_S = 0.0005
"""How long the door's thread may keep the interpreter while a request waits to be read."""


@dataclass(frozen=True)
class Patience:
    """How long the server waits for a caller.

    Units: seconds; `head` until a request's headers are whole, `body` until its body begins or goes on,
        `write` until a caller reads on, `idle` between requests, `stop` for all to end when it stops.
    """

    head: float = 10.0
    body: float = 15.0
    write: float = 15.0
    idle: float = 65.0
    stop: float = 20.0


PATIENCE = Patience()


@dataclass(frozen=True)
class Place:
    """Where to listen; with a certificate and its key, under TLS."""

    host: str = "127.0.0.1"
    port: int = 8700
    cert: Path | None = None
    key_file: Path | None = None


class BoundedProtocol(HttpToolsProtocol):
    """HTTP on one connection whose head is bounded, and of which the server can see what it waits for."""

    phase: tuple[str, int] | None = None
    since = 0.0
    head_bytes = 0
    unheard = False

    def data_received(self, data: bytes) -> None:
        """Nothing; the bytes went to the parser, and a head that has grown too large is refused."""
        self.head_bytes += len(data)
        super().data_received(data)
        if self.unheard:  # the rest of its body is on the way, and may be long
            self.unheard = False
            swift.hand_over(self)
        reading_head = self.cycle is None or self.cycle.response_complete
        if reading_head and self.head_bytes > MOST_HEAD and not self.transport.is_closing():
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too large")

    def on_headers_complete(self) -> None:
        """Nothing; a request begins."""
        self.head_bytes = 0
        if swift.is_straight(self):
            swift.begin(self)
            self.unheard = True
        else:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Nothing; the request is whole, and is answered at once if nobody waits for its end already."""
        super().on_message_complete()
        if self.unheard:
            self.unheard = False
            swift.answer(self)

    def send_400_response(self, msg: str) -> None:
        """Nothing; who does not speak HTTP is told so, and the connection ends."""
        self._refuse(HTTPStatus.BAD_REQUEST, msg.rstrip(".").lower())

    def waits_for(self) -> tuple[str, int] | None:
        """What the server waits for from this caller: head, body or write, and of which request."""
        cycle = self.cycle
        if self.flow is not None and self.flow.write_paused:
            return "write", id(cycle)
        if cycle is None or cycle.response_complete:
            return None if self.timeout_keep_alive_task is not None else ("head", id(cycle))
        return ("body", id(cycle)) if cycle.more_body else None

    def _refuse(self, status: HTTPStatus, what: str) -> None:
        error = DuankaError(what, where="the request", fix="send HTTP/1.1 as the contract says")
        error.status = status
        body = problems.document(error)
        lines = [b"HTTP/1.1 %d %s" % (status, status.phrase.encode())]
        headers = (*SECURITY, (b"content-type", problems.MEDIA), (b"connection", b"close"))
        lines += [name + b": " + value for name, value in headers]
        lines += [b"content-length: %d" % len(body), b"", body]
        self.transport.write(b"\r\n".join(lines))
        self.transport.close()


class Server(uvicorn.Server):
    """The server; it watches its connections, says where it listens, and stops without a scar."""

    def __init__(
        self, config: uvicorn.Config, patience: Patience, announce: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self.patience = patience
        self.announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Nothing; it listens, and has said so."""
        await super().startup(sockets=sockets)
        self.announce()

    async def on_tick(self, counter: int) -> bool:
        """Whether to stop; a tenth of a second has passed."""
        self.watch(time.monotonic())
        return await super().on_tick(counter)

    def watch(self, now: float) -> None:
        """Nothing; who kept the server waiting too long is cut off."""
        for one in list(self.server_state.connections):
            if not isinstance(one, BoundedProtocol):
                continue
            phase = one.waits_for()
            if phase != one.phase:
                one.phase, one.since = phase, now
            elif phase and now - one.since > getattr(self.patience, phase[0]):
                one.transport.abort()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing; a first signal lets all end in order, and the process then ends as after any work."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {
            one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


def serve(server: Server, listener: socket.socket) -> None:
    """Nothing; the server ran until its process was told to stop, and its app has closed."""
    _room_for_connections()
    sys.setswitchinterval(SWITCH_S)
    server.run(sockets=[listener])


def server_of(
    app: ASGIApp,
    place: Place,
    *,
    announce: Callable[[], None],
    patience: Patience = PATIENCE,
) -> Server:
    """The server of an app, ready to run.

    Raises: BadInput if the certificate will not do.
    """
    more: dict[str, Any] = {}
    if place.cert is not None:
        more = {"ssl_certfile": str(place.cert), "ssl_keyfile": str(place.key_file)}
    config = uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        loop="uvloop",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=2048,
        timeout_keep_alive=int(patience.idle),
        timeout_graceful_shutdown=int(patience.stop),
        **more,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise BadInput(
            f"the certificate or its key cannot be used: {error.strerror or error}",
            where="--cert, --key-file",
            fix="give PEM files that belong together and that this user may read",
        ) from error
    return Server(config, patience, announce)


def listen(place: Place) -> socket.socket:
    """The socket of the place, taken before anything slow begins.

    Raises: BadInput if the place is no place; Unavailable if it is taken.
    """
    if (place.cert is None) is not (place.key_file is None):
        raise BadInput("a certificate needs its key", where="--cert, --key-file", fix="give both")
    try:
        family = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((place.host, place.port), family=family, backlog=2048)
    except (socket.gaierror, OverflowError) as error:
        raise BadInput(
            "there is no such address", where="--host, --port", fix="give a name and 0 to 65535"
        ) from error
    except OSError as error:
        raise Unavailable(
            f"cannot listen there: {error.strerror}",
            where=f"{place.host}:{place.port}",
            fix="stop what listens there, or give another --port",
        ) from error


def address(listener: socket.socket, place: Place) -> str:
    """Where the server is met, as a browser wants it."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{'http' if place.cert is None else 'https'}://{shown}:{port}"


def _room_for_connections() -> None:
    """As many open files as the system lets this process have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
