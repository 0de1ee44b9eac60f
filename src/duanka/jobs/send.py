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
DOOR = ("order_in_force", "order_lifted", "label", "discipline_door")
"""What a live door is told: measures that begin and end, discipline, and labels that appeals corrected."""
POLL_S = 0.2
"""How long a sender that follows rests when the outbox is empty: the live door hears well within a second."""
_ANSWER_S = 10


@dataclass
class Sent:
    """How many messages went out, wait for another try, were given up, and were overtaken by the order's end."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0
    overtaken: int = 0


@dataclass(frozen=True)
class Carrier:
    """How messages leave: `channel` names it, `carry` takes a message with its bytes and gives back a proof.

    Columns: `topics` what it may carry, and what it carries if nothing is asked for; empty for everything.
    """

    channel: str
    carry: Callable[[Message, bytes], str]
    topics: tuple[str, ...] = ()


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


def to_address(url: str, *, token: str = "") -> Carrier:
    """A carrier that posts each message as JSON; its key goes along, so that the other side can drop a repeat.

    `token` is the key that the other side gave us; a live door wants one with events:write.

    Raises: BadInput if the address is not one of HTTP.
    """
    if not url.startswith(("http://", "https://")):
        raise BadInput(f"cannot send to {url!r}", where="--to", fix="give a folder or https://…")

    def carry(message: Message, raw: bytes) -> str:
        heads = {"Content-Type": "application/json", "Idempotency-Key": message.key}
        if token:
            heads["Authorization"] = f"Bearer {token}"
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

    Raises: BadInput if the carrier may not carry one of the topics.
    """
    topics = _topics(carrier, topics)
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


def _topics(carrier: Carrier, asked: Sequence[str]) -> tuple[str, ...]:
    """The topics that are carried; `door` stands for all that a live door is told."""
    told = tuple(dict.fromkeys(t for one in asked for t in (DOOR if one == "door" else (one,))))
    strange = sorted(set(told) - set(carrier.topics)) if carrier.topics else []
    if strange:
        raise BadInput(
            f"{', '.join(strange)} may not go by {carrier.channel}",
            where="--topic",
            fix=f"it carries {', '.join(carrier.topics)}",
        )
    return told or carrier.topics


def _one(
    ledger: Ledger,
    carrier: Carrier,
    message: Message,
    *,
    clock: Callable[[], datetime],
    done: Sent,
) -> None:
    if _is_over(ledger, message, clock()):
        ledger.sent(message, at=clock())
        done.overtaken += 1
        return
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


def _is_over(ledger: Ledger, message: Message, at: datetime) -> bool:
    """Whether the message tells of what has ended since: tried again after the lift, it would undo it."""
    begins = message.topic == "discipline_door" and message.body["state"] == "in_force"
    if message.topic != "order_in_force" and not begins:
        return False
    kind = "discipline" if begins else "order"
    with ledger.read(SYSTEM, at=at) as desk:
        return desk.get(kind, message.record_id).state != "in_force"


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
