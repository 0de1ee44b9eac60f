"""The JSON Schema of what parties exchange: leads, receipts, feedback, questions; nothing else fits."""

from __future__ import annotations

from typing import Any

from duanka import tables

OUTCOMES = ("controlled", "nothing_found", "not_ours", "wrong")
"""What came of a lead: a measure is in force, looked at and nothing found, not our card, or a wrong lead."""
HANDLING = ("police_only", "institution_only", "linked_institutions")

MOST_ASKED = 500
"""Leads that one poll asks about."""

_ID = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": r"^\S+$"}
_NAME = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,48}$"}
_WORDS = {"type": "string", "minLength": 3, "maxLength": 200, "pattern": r"\S"}
_HEX = {"type": "string", "pattern": "^([0-9a-f]{2})+$", "maxLength": 512}
_TICKET = {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,96}$"}
_BASE64 = {"type": "string", "pattern": "^[A-Za-z0-9+/]+={0,2}$", "maxLength": 40_000_000}
_AT = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$",
}


def _words(column: str) -> list[str]:
    return list(next(c.words for c in tables.columns("lead") if c.name == column) or ())


def _object(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


LEAD = _object(
    ("lead_id", "issued_at", "issuer_id", "card_kind", "card_id"),
    lead_id=_ID,
    issued_at=_AT,
    issuer_id=_ID,
    card_kind={"enum": _words("card_kind")},
    card_id=_ID,
    digested={"type": "boolean"},
    case_id=_ID,
    requested_measure={"enum": _words("requested_measure")},
    deadline_at=_AT,
    loss_fen={"type": "integer", "minimum": 0},
    confidence={"type": "number", "minimum": 0, "maximum": 1},
    handling={"enum": list(HANDLING)},
)
RECEIPT = _object(("lead_id", "received_at", "unit_id"), lead_id=_ID, received_at=_AT, unit_id=_ID)
FEEDBACK = _object(
    ("lead_id", "outcome", "at"),
    lead_id=_ID,
    outcome={"enum": list(OUTCOMES)},
    at=_AT,
    controlled_at=_AT,
    measure=_ID,
)
POLL = _object(
    ("lead_ids",),
    lead_ids={"type": "array", "items": _ID, "minItems": 1, "maxItems": MOST_ASKED},
)
NEWS = _object(
    ("receipts", "feedback"),
    receipts={"type": "array", "items": RECEIPT, "maxItems": MOST_ASKED},
    feedback={"type": "array", "items": FEEDBACK, "maxItems": MOST_ASKED},
)
_ASKED = {"purpose": _WORDS, "approver": _WORDS}
LOOK_UP = _object(("blinded", "purpose", "approver"), blinded=_HEX, **_ASKED)
LOOKED_UP = _object(
    ("evaluated", "list_id", "prefix_bits", "ticket"),
    evaluated=_HEX,
    ticket=_TICKET,
    list_id=_ID,
    prefix_bits={"type": "integer", "minimum": 0, "maximum": 32},
)
DRAWER = _object(
    ("list_id", "ticket", "prefix"),
    list_id=_ID,
    ticket=_TICKET,
    prefix={"type": "integer", "minimum": 0, "maximum": 2**32},
)
DRAWN = _object(
    ("entries",),
    entries={
        "type": "array",
        "items": {"type": "array", "items": _HEX, "minItems": 2, "maxItems": 2},
    },
)
BATCH = _object(
    ("request", "count", "purpose", "approver"),
    request=_BASE64,
    count={"type": "integer", "minimum": 1},
    **_ASKED,
)
BATCH_HELD = _object(
    ("response", "groups"),
    response=_BASE64,
    groups={
        "type": "array",
        "items": _object(
            ("grade", "reason_class", "expires_on", "setup"),
            grade=_NAME,
            reason_class=_NAME,
            expires_on={"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
            setup=_BASE64,
        ),
    },
)
SHAPES = {
    "lead": LEAD,
    "receipt": RECEIPT,
    "feedback": FEEDBACK,
    "poll": POLL,
    "news": NEWS,
    "look_up": LOOK_UP,
    "looked_up": LOOKED_UP,
    "drawer": DRAWER,
    "drawn": DRAWN,
    "batch": BATCH,
    "batch_held": BATCH_HELD,
}
"""What each kind of envelope holds."""
ANSWERED_BY = {
    "lead": "receipt",
    "feedback": "receipt",
    "poll": "news",
    "look_up": "looked_up",
    "drawer": "drawn",
    "batch": "batch_held",
}
"""What a party sends, and the kind of envelope that answers it."""
TYPES = {f"duanka.{kind}.v1": kind for kind in SHAPES}
EVENT: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "duanka exchange of leads, CloudEvents 1.0",
    "type": "object",
    "properties": {
        "specversion": {"const": "1.0"},
        "type": {"enum": list(TYPES)},
        "source": _NAME,
        "id": {"type": "string", "minLength": 1, "maxLength": 160},
        "time": _AT,
        "datacontenttype": {"const": "application/json"},
        "duankato": _NAME,
        "duankanonce": {"type": "string", "pattern": "^[0-9a-f]{16,64}$"},
        "duankasignature": {"type": "string", "pattern": "^[0-9a-f]{128}$"},
        "data": {"type": "object"},
    },
    "required": ["specversion", "type", "source", "id", "time", "data", "duankato", "duankanonce"],
    "additionalProperties": False,
    "allOf": [
        {
            "if": {"properties": {"type": {"const": f"duanka.{kind}.v1"}}},
            "then": {"properties": {"data": shape}},
        }
        for kind, shape in SHAPES.items()
    ],
}
