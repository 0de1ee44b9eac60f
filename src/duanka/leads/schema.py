"""The JSON Schema of what parties exchange: leads, receipts, feedback; nothing else fits."""

from __future__ import annotations

from typing import Any

from duanka import tables

TYPES = {f"duanka.{kind}.v1": kind for kind in ("lead", "receipt", "feedback")}
OUTCOMES = ("controlled", "nothing_found", "not_ours", "wrong")
"""What came of a lead: a measure is in force, looked at and nothing found, not our card, or a wrong lead."""
HANDLING = ("police_only", "institution_only", "linked_institutions")

_ID = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": r"^\S+$"}
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
EVENT: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "duanka exchange of leads, CloudEvents 1.0",
    "type": "object",
    "properties": {
        "specversion": {"const": "1.0"},
        "type": {"enum": list(TYPES)},
        "source": _ID,
        "id": _ID,
        "time": _AT,
        "datacontenttype": {"const": "application/json"},
        "duankasignature": {"type": "string", "pattern": "^[0-9a-f]{128}$"},
        "data": {"type": "object"},
    },
    "required": ["specversion", "type", "source", "id", "time", "data"],
    "additionalProperties": False,
    "allOf": [
        {
            "if": {"properties": {"type": {"const": f"duanka.{kind}.v1"}}},
            "then": {"properties": {"data": shape}},
        }
        for kind, shape in (("lead", LEAD), ("receipt", RECEIPT), ("feedback", FEEDBACK))
    ],
}
