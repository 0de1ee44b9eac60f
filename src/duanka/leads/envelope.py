"""What goes between two parties: a CloudEvent with a JSON Schema, signed over its canonical form."""

from __future__ import annotations

import hashlib
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
# an envelope from a clock further ahead than this is refused; how late it may be, policy says
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True)
class Stamp:
    """Who sends to whom, under which id and when; the nonce makes each sending one of its own.

    What is sent again after no answer came keeps its `event_id` and gets a new nonce and instant.
    """

    sender_id: str
    to_id: str
    event_id: str
    at: datetime
    nonce: str


@dataclass(frozen=True)
class Envelope:
    """What came, and the stamp on it; its signature has been verified.

    `print_` is a digest of the signature, by which the very same envelope is known again.
    """

    kind: str
    stamp: Stamp
    data: Mapping[str, Any]
    print_: str


def sealed(
    kind: str, data: Mapping[str, Any], stamp: Stamp, *, key: Ed25519PrivateKey
) -> dict[str, Any]:
    """The event to send: a CloudEvent 1.0 of this kind, signed by the sender.

    Raises: BadInput if the data do not fit the schema of the kind.
    Source: CloudEvents 1.0; RFC 8785; RFC 8032.
    """
    event: dict[str, Any] = {
        "specversion": "1.0",
        "type": f"duanka.{kind}.v1",
        "source": stamp.sender_id,
        "id": stamp.event_id,
        "time": stamp.at.astimezone(UTC).isoformat(),
        "datacontenttype": "application/json",
        "duankato": stamp.to_id,
        "duankanonce": stamp.nonce,
        "data": dict(data),
    }
    _fits(event)
    return event | {SIGNATURE: key.sign(rfc8785.dumps(event)).hex()}


def opened(
    event: Any,
    *,
    to_id: str,
    parties: Mapping[str, Ed25519PublicKey],
    now: datetime,
    late: timedelta,
) -> Envelope:
    """The envelope that an event holds, once its form, sender, addressee, signature and age have been checked.

    `parties` are the public keys of those we exchange with, by id; `late` is how old it may be.
    Raises: BadInput if it does not fit its schema, or its instant is not near ours; NotAllowed if the
        sender is not known, did not sign it, or sent it to somebody else.
    """
    _fits(event)
    told = {name: value for name, value in event.items() if name != SIGNATURE}
    sender, signature = str(event["source"]), str(event.get(SIGNATURE, ""))
    try:
        parties[sender].verify(bytes.fromhex(signature), rfc8785.dumps(told))
    except (KeyError, ValueError, InvalidSignature):
        raise NotAllowed(
            "the signature is not that of a party we exchange with",
            where="envelope of a lead",
            fix="exchange public keys first, and sign with the one that was exchanged",
        ) from None
    if event["duankato"] != to_id:
        raise NotAllowed(
            "it was sent to somebody else", where="duankato", fix="send it to whom it names"
        )
    sent_at = _near(event["time"], now, late)
    stamp = Stamp(sender, to_id, event["id"], sent_at, event["duankanonce"])
    print_ = hashlib.sha256(signature.encode()).hexdigest()
    return Envelope(TYPES[event["type"]], stamp, event["data"], print_)


def _near(time: str, now: datetime, late: timedelta) -> datetime:
    try:
        sent_at = datetime.fromisoformat(time)
    except ValueError:  # the shape of an instant, but no such day
        raise BadInput("there is no such instant", where="time", fix="send RFC 3339") from None
    if sent_at > now + AHEAD:
        raise BadInput("it was sent in the future", where="time", fix="set the sender's clock")
    if sent_at < now - late:
        raise BadInput(
            "it was sealed too long ago",
            where="time",
            fix="seal it again, with the present instant",
        )
    return sent_at


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
            "this is no envelope as agreed: " + "; ".join(told[:10]),
            where="envelope of a lead",
            fix="see the schema in docs/leads.md",
        )


_CHECK = jsonschema.Draft202012Validator(
    EVENT, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)
