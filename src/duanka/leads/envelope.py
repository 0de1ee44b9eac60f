"""Leads on the way between two parties: a CloudEvent with a JSON Schema, signed over its canonical form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jsonschema
import rfc8785
from cryptography.exceptions import InvalidSignature

from duanka.errors import BadInput, NotAllowed
from duanka.leads.schema import EVENT, TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

SIGNATURE = "duankasignature"
# an envelope from a clock further ahead than this is refused; from the past it may be late
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True)
class Envelope:
    """What came, from whom, and when they say they sent it; its signature has been verified."""

    kind: str
    event_id: str
    sender_id: str
    sent_at: datetime
    data: Mapping[str, Any]


def sealed(
    kind: str,
    data: Mapping[str, Any],
    *,
    sender_id: str,
    event_id: str,
    at: datetime,
    key: Ed25519PrivateKey,
) -> dict[str, Any]:
    """The event to send: a CloudEvent 1.0 of this kind (lead, receipt, feedback), signed by the sender.

    Raises: BadInput if the data do not fit the schema of the kind.
    Source: CloudEvents 1.0; RFC 8785; RFC 8032.
    """  # fmt: skip
    event: dict[str, Any] = {
        "specversion": "1.0",
        "type": f"duanka.{kind}.v1",
        "source": sender_id,
        "id": event_id,
        "time": at.astimezone(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": dict(data),
    }
    _fits(event)
    return event | {SIGNATURE: key.sign(rfc8785.dumps(event)).hex()}


def opened(event: Any, *, parties: Mapping[str, Ed25519PublicKey], now: datetime) -> Envelope:
    """The envelope that an event holds, once its form, its sender and its signature have been checked.

    `parties` are the public keys of those we exchange with, by id.
    Raises: BadInput if it does not fit its schema, or comes from the future; NotAllowed if the sender is
        not known or did not sign it.
    """
    _fits(event)
    told = {name: value for name, value in event.items() if name != SIGNATURE}
    sender = str(event["source"])
    try:
        parties[sender].verify(bytes.fromhex(event.get(SIGNATURE, "")), rfc8785.dumps(told))
    except (KeyError, ValueError, InvalidSignature):
        raise NotAllowed(
            "the signature is not that of a party we exchange with",
            where="envelope of a lead",
            fix="exchange public keys first, and sign with the one that was exchanged",
        ) from None
    sent_at = datetime.fromisoformat(event["time"])
    if sent_at > now + AHEAD:
        raise BadInput("it was sent in the future", where="time", fix="set the sender's clock")
    return Envelope(TYPES[event["type"]], event["id"], sender, sent_at, event["data"])


def _fits(event: Any) -> None:
    """Nothing, if the event fits the schema.

    Raises: BadInput with every place that does not.
    """
    found = sorted(_CHECK.iter_errors(event), key=lambda fault: list(map(str, fault.absolute_path)))
    if found:
        # only the place and the rule are told: the value may be somebody's card
        places = [".".join(map(str, f.absolute_path)) or "event" for f in found]
        told = [f"{place} breaks {f.validator}" for place, f in zip(places, found, strict=True)]
        raise BadInput(
            "this is no lead, receipt or feedback as agreed: " + "; ".join(told[:10]),
            where="envelope of a lead",
            fix="see the schema in docs/leads.md",
        )


_CHECK = jsonschema.Draft202012Validator(
    EVENT, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)
