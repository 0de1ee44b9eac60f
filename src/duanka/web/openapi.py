"""The contract of /v1 as an OpenAPI document, made from the records that the door itself reads and writes."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from duanka import __version__
from duanka.intercept import events
from duanka.intercept.answers import Answer, Refused, Taken
from duanka.web.keys import SCOPES

REFS = "#/components/schemas/{name}"
PROBLEM = {
    "type": "object",
    "description": "A fault (RFC 9457): what, where, and what to do.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "the fault's name; it stays when words change"},
        "detail": {"type": "string", "description": "what is wrong, values masked"},
        "where": {"type": "string"},
        "fix": {"type": "string", "description": "what to do"},
        "answers": {
            "type": "array",
            "description": "with 503: what policy answers meanwhile to each event that is answered",
            "items": {"$ref": "#/components/schemas/Answer"},
        },
    },
}
PREFER = {
    "name": "Prefer",
    "in": "header",
    "description": "`wait` asks for the door's own answer however late it is; without it policy answers in time",
    "schema": {"type": "string", "enum": ["wait"]},
}
HEALTH = {
    "type": "object",
    "required": ["ok"],
    "properties": {"ok": {"type": "boolean"}, "why": {"type": "string"}},
}
FAULTS = {
    400: "no HTTP that can be read",
    401: "no key, or none in force",
    403: "the key lacks the scope",
    404: "nothing under this id",
    405: "not this method",
    408: "the body did not arrive in time",
    413: "the body is too large",
    415: "neither JSON nor lines of JSON",
    422: "what was sent is at fault; nothing of it was kept",
    429: "the key's events of this second are used up",
    500: "duanka itself is at fault",
    503: "the door cannot keep events now; `answers` says what policy answers meanwhile",
}
_TAKES_IN = (401, 403, 408, 413, 415, 422, 429, 503)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of this version."""
    event, parts = events.schemas()
    said, answers = msgspec.json.schema_components((Answer, Taken, Refused), ref_template=REFS)
    schemas = {
        **parts,
        **answers,
        "Event": event,
        "Said": {"anyOf": list(said)},
        "Problem": PROBLEM,
        "Health": HEALTH,
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "duanka 断卡",
            "version": __version__,
            "description": "Answers to transfers, calls and applications while they happen.",
        },
        "paths": _paths(),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}],
    }


@cache
def text() -> bytes:
    """The document as JSON."""
    return msgspec.json.encode(document())


def _paths() -> dict[str, Any]:
    one = {"$ref": "#/components/schemas/Event"}
    application = {"$ref": "#/components/schemas/Opening"}
    return {
        "/v1/events": {
            "post": _intake(
                "Events: transfers and calls are answered, of the others the door takes note.",
                one,
                "events:write",
            )
        },
        "/v1/openings": {
            "post": _intake("Applications to open a card.", application, "openings:write")
        },
        "/v1/answers/{event_id}": {"get": _looked_up()},
        "/v1/health": {"get": _health()},
        "/v1/metrics": {
            "get": {
                "summary": "Counts, as Prometheus reads them.",
                "description": _needs("metrics:read"),
                "operationId": "metrics",
                "responses": {
                    "200": {
                        "description": "counts",
                        "content": {"text/plain": {"schema": {"type": "string"}}},
                    },
                    **_faults(401, 403, 429),
                },
            }
        },
        "/v1/openapi.json": {
            "get": {
                "summary": "This document.",
                "operationId": "contract",
                "security": [],
                "responses": {"200": _json("the document", {"type": "object"})},
            }
        },
    }


def _intake(summary: str, event: dict[str, Any], scope: str) -> dict[str, Any]:
    said = {"$ref": "#/components/schemas/Said"}
    return {
        "summary": summary,
        "description": f"{_needs(scope)} One JSON object; or a batch, one object a line, answered in the same "
        "order, one line each. A repeated id is answered as before and counts once.",
        "operationId": scope.split(":", maxsplit=1)[0],
        "parameters": [PREFER],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": event},
                "application/x-ndjson": {"schema": {"type": "string"}},
            },
        },
        "responses": {
            "200": {
                "description": "the answer; of a batch, a line for each line that is not blank",
                "content": {
                    "application/json": {"schema": said},
                    "application/x-ndjson": {"schema": {"type": "string"}},
                },
            },
            **_faults(*_TAKES_IN),
        },
    }


def _looked_up() -> dict[str, Any]:
    return {
        "summary": "What an event was answered.",
        "description": _needs("answers:read") + " The look is logged with its purpose.",
        "operationId": "answer",
        "parameters": [
            {"name": "event_id", "in": "path", "required": True, "schema": _text(1, 64)},
            {
                "name": "kind",
                "in": "query",
                "schema": {"enum": list(events.ANSWERED), "default": "transfer"},
            },
            {
                "name": "Duanka-Purpose",
                "in": "header",
                "required": True,
                "description": "what the look is for; percent-encoded where it is not ASCII",
                "schema": _text(3, 200),
            },
        ],
        "responses": {
            "200": _json("the answer", {"$ref": "#/components/schemas/Answer"}),
            **_faults(401, 403, 404, 422, 429, 503),
        },
    }


def _health() -> dict[str, Any]:
    health = {"$ref": "#/components/schemas/Health"}
    return {
        "summary": "Whether the door answers.",
        "description": "Needs no key; with one that has `metrics:read`, also how the door is.",
        "operationId": "health",
        "security": [{}, {"key": []}],
        "responses": {
            "200": _json("it does", health),
            **_faults(401, 403, 429),
            "503": {
                "description": "it does not",
                "content": {
                    "application/json": {"schema": health},
                    "application/problem+json": {
                        "schema": {"$ref": "#/components/schemas/Problem"}
                    },
                },
            },
        },
    }


def _needs(scope: str) -> str:
    assert scope in SCOPES  # noqa: S101 - a scope that no key can have would shut the door for good
    return f"Needs the scope `{scope}`."


def _text(least: int, most: int) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": most}


def _json(words: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _faults(*statuses: int) -> dict[str, Any]:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        str(status): {
            "description": FAULTS[status],
            "content": {"application/problem+json": problem},
        }
        for status in statuses
    }
