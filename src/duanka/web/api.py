"""The routes of /v1: events and applications in, what was answered, health, metrics, and the contract itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from duanka.errors import BadInput, DuankaError, NotFound
from duanka.intercept.events import ANSWERED
from duanka.web import meters as m
from duanka.web import openapi
from duanka.web.intake import Intake, encoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from prometheus_client import CollectorRegistry
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from duanka.web.gate import Gate
    from duanka.web.keys import Key
    from duanka.web.meters import Meters
    from duanka.web.waiting import Waiting

PURPOSE = "duanka-purpose"
"""The header that says what a look at personal data is for; percent-encoded where it is not ASCII."""
LEAST_PURPOSE, MOST_PURPOSE = 3, 200
MOST_HEALTH_S = 2.0


@dataclass(frozen=True)
class Api:
    """What the routes share."""

    gate: Gate
    waiting: Waiting
    meters: Meters
    registry: CollectorRegistry

    async def health(self, request: Request) -> Response:
        """Whether the door answers; to a key for metrics also how it is."""
        asked = "authorization" in request.headers
        if asked:
            self._admit(request, "metrics:read")
        told: dict[str, Any] = {"ok": not self.waiting.broken}
        if self.waiting.broken:
            told["why"] = self.waiting.broken
        try:
            # To a stranger only that the door's thread still turns: anything more costs the door time.
            async with asyncio.timeout(MOST_HEALTH_S):
                found = await self.waiting.ask(_health if asked else _turns)
        except TimeoutError:
            found = {"ok": False, "why": f"the door did not answer within {MOST_HEALTH_S:g} s"}
        told = {**found, **told, "ok": told["ok"] and bool(found["ok"])}
        if asked:
            told["waiting"] = self.waiting.count
        return _json(told, 200 if told["ok"] else 503)

    async def metrics(self, request: Request) -> Response:
        """The counts as Prometheus reads them."""
        self._admit(request, "metrics:read")
        return Response(m.text_of(self.registry), headers={"content-type": m.MEDIA.decode()})

    async def answer(self, request: Request) -> Response:
        """What an event was answered; the look is logged with its purpose before anything is shown."""
        key = self._admit(request, "answers:read")
        purpose = _purpose(request)
        kind = request.query_params.get("kind", "transfer")
        event_id = request.path_params["event_id"]
        if kind not in ANSWERED:
            raise BadInput("no such kind", where="kind", fix=f"one of {', '.join(ANSWERED)}")
        found = await self.waiting.ask(lambda door: door.answer_of(kind, event_id))
        outcome, shown = ("404", "") if found is None else ("200", event_id)
        self.gate.log.write(
            "/v1/answers", outcome, key_id=key.key_id, purpose=purpose, event_id=shown
        )
        if found is None:
            raise NotFound("no such event was answered", where=kind, fix="check kind and id")
        return Response(encoded(found), media_type="application/json")

    async def contract(self, _request: Request) -> Response:
        """The OpenAPI document."""
        return Response(openapi.text(), media_type="application/json")

    def _admit(self, request: Request, want: str) -> Key:
        return self.gate.admit(request.scope, dict(request.scope["headers"]), want)


def intakes(api: Api) -> list[Route]:
    """The routes that take events in."""
    found = (("/v1/events", "events:write"), ("/v1/openings", "openings:write"))
    return [
        Route(one, Intake(api.gate, api.waiting, api.meters, one, scope), methods=["POST"])
        for one, scope in found
    ]


def routes(api: Api) -> list[BaseRoute]:
    """The routes of /v1, each counted by its status."""

    def counted(route: str, handler: Callable[[Request], Any], shown: str) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                response: Response = await handler(request)
            except DuankaError as error:
                api.meters.requests[shown, error.status] += 1
                raise
            api.meters.requests[shown, response.status_code] += 1
            return response

        return Route(route, endpoint, methods=["GET"])

    return [
        *intakes(api),
        counted("/v1/health", api.health, "/v1/health"),
        counted("/v1/metrics", api.metrics, "/v1/metrics"),
        counted("/v1/answers/{event_id:path}", api.answer, "/v1/answers"),
        counted("/v1/openapi.json", api.contract, "/v1/openapi.json"),
    ]


def _health(door: Any) -> dict[str, Any]:
    return {"ok": True, **door.health()}


def _turns(_door: Any) -> dict[str, Any]:
    return {"ok": True}


def _purpose(request: Request) -> str:
    """What the look is for.

    Raises: BadInput if nothing is said.
    """
    told = unquote(request.headers.get(PURPOSE, "")).strip()
    if not LEAST_PURPOSE <= len(told) <= MOST_PURPOSE or not told.isprintable():
        raise BadInput(
            "a look at what was answered needs its purpose",
            where="header Duanka-Purpose",
            fix="say in 3 to 200 letters what it is for, percent-encoded where it is not ASCII",
        )
    return told


def _json(told: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(told), status, media_type="application/json")
