"""The ASGI app: the routes of /v1 and, beside them, pages; one map of faults, one set of headers."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response

from duanka.errors import DuankaError, Unavailable
from duanka.web import api as v1
from duanka.web import problems
from duanka.web.reply import Guarded, refuse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from duanka.web.waiting import Waiting

SNAPSHOT_S = 600.0
"""Seconds of events that a start after a kill replays at most, and the snapshot before them."""
STOPPED = Unavailable("the server stopped before there was an answer", fix="send it again")
LOG = logging.getLogger("duanka.web")


def make_app(api: v1.Api, *, pages: Sequence[BaseRoute] = ()) -> Straight:
    """The app: the routes of /v1 before the pages; the line before the door runs while the app does."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        api.waiting.start()
        snapshots = asyncio.create_task(keep_snapshots(api.waiting))
        try:
            yield
        finally:
            snapshots.cancel()
            await api.waiting.close()
            api.gate.log.close()

    intakes = v1.intakes(api)
    rest = Starlette(
        routes=[*v1.routes(api), *pages],
        middleware=[Middleware(Guarded), Middleware(Unforeseen)],
        exception_handlers={DuankaError: told, HTTPException: told_plainly},
        lifespan=lifespan,
    )
    hot = {one.path: Unforeseen(one.app) for one in intakes}
    return Straight(hot, rest, {one.path.encode(): one.app for one in intakes})


async def keep_snapshots(waiting: Waiting, *, every_s: float = SNAPSHOT_S) -> None:
    """Nothing, ever; after each stretch in which events came in the door has a snapshot, and keeps no longer log than it may."""
    done = 0
    while True:
        await asyncio.sleep(every_s)
        if waiting.taken == done or waiting.broken:
            continue
        done = waiting.taken
        try:
            await waiting.ask(lambda door: door.snapshot())
            await waiting.ask(lambda door: door.tend(now_us=time.time_ns() // 1_000))
        except DuankaError as error:  # the log still has everything; a start only takes longer
            LOG.warning("no snapshot: %s", error.what)


class Straight:
    """An app whose busiest addresses are answered at once; what is not POST there, and all else, is routed.

    `takes` is who takes in single events by address, for a server that needs no more around them.
    """

    def __init__(
        self,
        hot: Mapping[str, ASGIApp],
        rest: Starlette,
        takes: Mapping[bytes, ASGIApp] | None = None,
    ) -> None:
        self.hot = hot
        self.rest = rest
        self.takes = takes or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Nothing; the app has answered."""
        app: ASGIApp = self.rest
        if scope["type"] == "http" and scope["method"] == "POST":
            app = self.hot.get(scope["path"], app)
        await app(scope, receive, send)


async def told(_request: Request, error: Exception) -> Response:
    """A fault of the house as a problem document."""
    assert isinstance(error, DuankaError)  # noqa: S101 - Starlette gives a handler what it was named for
    return _problem(error, {k.decode(): v.decode() for k, v in problems.headers_of(error)})


async def told_plainly(_request: Request, error: Exception) -> Response:
    """What the router found wrong, such as an unknown address, as a problem document."""
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    return _problem(problems.plain(error.status_code), dict(error.headers or {}))


def _problem(error: DuankaError, headers: dict[str, str]) -> Response:
    media = problems.MEDIA.decode()
    return Response(problems.document(error), error.status, headers, media_type=media)


class Unforeseen:
    """An app whose unforeseen faults become a problem document with a reference; the log has the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Nothing; the app has answered, or its fault has been told."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except asyncio.CancelledError:  # the server stops, and its patience is at an end
            if scope["type"] != "http" or begun:
                raise
            await refuse(send, STOPPED)
        except Exception:
            if scope["type"] != "http" or begun:
                raise
            reference = secrets.token_hex(6)
            LOG.exception("unforeseen fault %s at %s", reference, scope["path"])
            await refuse(send, problems.ours(reference))
