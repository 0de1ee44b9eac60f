"""`POST /v1/exchange`: a partner's sealed envelope in, the sealed answer out; no key but the partner's own."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from duanka.errors import BadInput, DuankaError, NotAllowed
from duanka.jobs.leads_exchange import PATH, answer
from duanka.store.chain import canonical
from duanka.web.app import Unforeseen, told, told_plainly
from duanka.web.reading import Gone, body_of
from duanka.web.reply import Guarded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from duanka.jobs.leads_exchange import Party
    from duanka.web.access_log import AccessLog
    from duanka.web.rates import Rates

MOST_BYTES = 2 * 1024 * 1024
"""Of one envelope; the largest is a batch of hidden cards."""
MEDIA = "application/cloudevents+json"
AT_ONCE = 4
"""Envelopes opened at a time: what is asked costs CPU, and the ledger has one writer."""


@dataclass(frozen=True)
class Exchange:
    """Where envelopes are taken: we as a party, the log of who came, and the allowance of strangers."""

    party: Party
    log: AccessLog
    rates: Rates
    turns: asyncio.Semaphore

    async def take(self, request: Request) -> Response:
        """The sealed answer to a sealed envelope.

        Raises: BadInput, NotAllowed, Conflict as the envelope deserves, each with a row in the log;
            TooMany for an address that sends what nobody sealed.
        """
        client = request.client.host if request.client else ""
        try:
            body = await body_of(_heads(request), request.receive, most=MOST_BYTES)
            async with self.turns:
                made = await run_in_threadpool(answer, self.party, _decoded(body))
        except Gone:
            return Response(status_code=499)
        except DuankaError as error:
            self.log.write(PATH, str(error.status), client=client)
            if isinstance(error, NotAllowed | BadInput):
                self.rates.wrong(client)
            raise
        self.log.write(PATH, "200", key_id=made["duankato"], purpose=made["type"])
        return Response(canonical(made), media_type=MEDIA)


def routes(exchange: Exchange) -> list[Route]:
    """The one route of the exchange, to stand in an app of its own or beside others."""
    return [Route(PATH, exchange.take, methods=["POST"])]


def make_app(party: Party, log: AccessLog, rates: Rates) -> Starlette:
    """The exchange as an app of its own: a deployment can exchange leads without a live door."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        log.close()

    exchange = Exchange(party, log, rates, asyncio.Semaphore(AT_ONCE))
    return Starlette(
        routes=list(routes(exchange)),
        middleware=[Middleware(Guarded), Middleware(Unforeseen)],
        exception_handlers={DuankaError: told, HTTPException: told_plainly},
        lifespan=lifespan,
    )


def _heads(request: Request) -> dict[bytes, bytes]:
    return dict(request.scope["headers"])


def _decoded(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput("it is no JSON", where="request body", fix="send an envelope") from error
