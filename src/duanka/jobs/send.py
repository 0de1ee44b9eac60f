"""`duanka send`: what waits in the outbox goes out, to a folder or to an address, and its delivery is written down."""

from __future__ import annotations

import hashlib
import os
import socket
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from duanka.cases import notice
from duanka.errors import BadInput, DuankaError, Unavailable
from duanka.store.chain import canonical
from duanka.store.ledger import SYSTEM

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from duanka.store.ledger import Ledger, Message

PURPOSE = "delivery of a notice"
POLL_S = 0.2
"""How long a sender that follows rests when the outbox is empty: the live door hears well within a second."""
_ANSWER_S = 10


@dataclass
class Sent:
    """How many messages went out, wait for another try, and were given up."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0


@dataclass(frozen=True)
class Carrier:
    """How messages leave: `channel` names it, `carry` takes a message with its bytes and gives back a proof."""

    channel: str
    carry: Callable[[Message, bytes], str]


def to_folder(folder: Path) -> Carrier:
    """A carrier that writes each message to a file of its own; twice the same message is one file."""

    def carry(message: Message, raw: bytes) -> str:
        place = folder / message.topic
        place.mkdir(parents=True, exist_ok=True)
        name = message.key.replace(":", "_").replace("/", "_")
        fresh = place / f".{name}.part"
        fresh.write_bytes(raw)
        fresh.replace(place / f"{name}.json")
        return hashlib.sha256(raw).hexdigest()

    return Carrier("file", carry)


def to_address(url: str) -> Carrier:
    """A carrier that posts each message as JSON; its key goes along, so that the other side can drop a repeat.

    Raises: BadInput if the address is not one of HTTP.
    """
    if not url.startswith(("http://", "https://")):
        raise BadInput(f"cannot send to {url!r}", where="--to", fix="give a folder or https://…")

    def carry(message: Message, raw: bytes) -> str:
        heads = {"Content-Type": "application/json", "Idempotency-Key": message.key}
        asked = urllib.request.Request(url, raw, heads, method="POST")  # noqa: S310 - HTTP only, checked above
        try:
            with urllib.request.urlopen(asked, timeout=_ANSWER_S) as answer:  # noqa: S310 - likewise
                return f"HTTP {answer.status}"
        except (urllib.error.URLError, OSError) as error:
            raise Unavailable(
                f"no answer: {error}", where="--to", fix="it is tried again"
            ) from error

    return Carrier("webhook", carry)


def send(
    ledger: Ledger,
    carrier: Carrier,
    *,
    topics: Sequence[str] = (),
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Sent:
    """What became of everything that is due; a message is claimed first, so that two senders share the work.

    A sender that dies between carrying and writing it down carries the same message again, under the same key.
    """
    done = Sent()
    sender = f"{socket.gethostname()}:{os.getpid()}"[:64]
    while claimed := ledger.claim(sender, at=clock(), topics=topics):
        for message in claimed:
            _one(ledger, carrier, message, clock=clock, done=done)
    return done


def follow(
    ledger: Ledger, carrier: Carrier, *, topics: Sequence[str], stop: threading.Event
) -> Sent:
    """What became of everything until told to stop; an empty outbox is looked into five times a second."""
    whole = Sent()
    while not stop.is_set():
        got = send(ledger, carrier, topics=topics)
        for name, count in vars(got).items():
            setattr(whole, name, getattr(whole, name) + count)
        stop.wait(POLL_S)
    return whole


def _one(
    ledger: Ledger,
    carrier: Carrier,
    message: Message,
    *,
    clock: Callable[[], datetime],
    done: Sent,
) -> None:
    try:
        proof = carrier.carry(message, _content(ledger, message, clock()))
    except (DuankaError, OSError) as error:
        state = ledger.failed(message, at=clock(), fault=str(error))
        done.failed += state == "waiting"
        done.given_up += state == "given_up"
        return
    if message.topic == "notice":
        _delivered(ledger, message, carrier.channel, proof, at=clock())
    ledger.sent(message, at=clock())
    done.sent += 1


def _content(ledger: Ledger, message: Message, at: datetime) -> bytes:
    """What goes out: the message, and of a notice its text, which is looked up only now, and written down."""
    body = dict(message.body)
    if message.topic == "notice":
        with ledger.desk(SYSTEM, at=at, purpose=PURPOSE) as desk:
            body["text"] = dict(desk.look("notice", message.record_id).personal or {})
    return canonical(body).encode()


def _delivered(ledger: Ledger, message: Message, channel: str, proof: str, *, at: datetime) -> None:
    with ledger.desk(SYSTEM, at=at, purpose=PURPOSE) as desk:
        found = desk.get("notice", message.record_id)
        if found.state in notice.OPEN:  # a reminder sends a notice that was delivered before
            notice.delivered(desk, found, channel=channel, proof=proof)
