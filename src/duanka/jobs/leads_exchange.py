"""Leads over HTTP: who we are to our partners, and how an envelope of theirs is answered."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.leads import envelope, lead, partner, told
from duanka.leads.envelope import Stamp
from duanka.leads.schema import ANSWERED_BY
from duanka.store.chain import canonical
from duanka.store.ledger import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from duanka.policy.dated import Regime
    from duanka.store.ledger import Desk, Ledger, Record

PURPOSE = "leads exchanged with a partner"
PATH = "/v1/exchange"
"""Where a party takes envelopes."""


@dataclass(frozen=True)
class Party:
    """We, as our partners know us: our id, our ledger with its keys, the rules, the clock, and fresh nonces.

    `more` answers further kinds of envelope, such as questions about cards, by kind.
    """

    book: Ledger
    party_id: str
    regime: Callable[[datetime], Regime]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    nonce: Callable[[], str] = lambda: secrets.token_hex(16)
    more: Mapping[str, Callable[[Desk, Record, Mapping[str, Any]], dict[str, Any]]] = field(
        default_factory=dict
    )

    @property
    def keys(self) -> partner.OwnKeys:
        """Our private keys, derived from the ledger's own."""
        return partner.own_keys(self.book.ring.signing)

    def seal(self, kind: str, data: Mapping[str, Any], *, to: str, event_id: str) -> dict[str, Any]:
        """The envelope to send, stamped now."""
        stamp = Stamp(self.party_id, to, event_id, self.clock(), self.nonce())
        return envelope.sealed(kind, data, stamp, key=self.keys.signing)

    def open(self, event: Any, partners: Mapping[str, Record]) -> envelope.Envelope:
        """What a partner's envelope holds, checked.

        Raises: BadInput, NotAllowed as `leads.envelope.opened` does.
        """
        now = self.clock()
        late = timedelta(minutes=self.regime(now).number("leads.envelope_minutes"))
        return envelope.opened(
            event, to_id=self.party_id, parties=partner.signing_keys(partners), now=now, late=late
        )

    def partners(self) -> dict[str, Record]:
        """The partners enrolled now."""
        with self.book.read(SYSTEM, at=self.clock()) as desk:
            return partner.in_force(desk)


def answer(party: Party, event: Any) -> dict[str, Any]:
    """The envelope that answers a partner's; all that it makes so is kept, or none of it.

    The very same envelope a second time is refused as a replay. The same thing sealed anew, after no
    answer came, gets the answer it would have got.
    Raises: BadInput, NotAllowed if the envelope or its sender will not do; Conflict for a replay, or if
        its id was used for something else.
    """
    partners = party.partners()
    got = party.open(event, partners)
    if got.kind not in ANSWERED_BY:
        raise BadInput("this is an answer, not a question", where="type", fix="send a lead")
    sender = partners[got.stamp.sender_id]
    _allowed(sender, got.kind)
    with party.book.desk(partner.sits_as(sender), at=party.clock(), purpose=PURPOSE) as desk:
        _once(desk, got)
        handlers = {"lead": _lead, "feedback": _feedback, "poll": _poll}
        if got.kind in handlers:
            data = handlers[got.kind](party, desk, sender, got.data)
        elif got.kind in party.more:
            data = party.more[got.kind](desk, sender, got.data)
        else:
            raise NotAllowed(
                "no questions about cards are answered here", where="type", fix="ask us"
            )
    event_id = f"re:{hashlib.sha256(got.stamp.event_id.encode()).hexdigest()[:32]}"
    return party.seal(ANSWERED_BY[got.kind], data, to=sender.id, event_id=event_id)


def _allowed(sender: Record, kind: str) -> None:
    needed = "leads" if kind in ("lead", "feedback", "poll") else "look_ups"
    if needed not in sender.body["may"]:
        raise NotAllowed(
            f"this partner is not enrolled for {needed}", where=sender.id, fix="enrol them for it"
        )


def _once(desk: Desk, got: envelope.Envelope) -> None:
    """Nothing; the envelope is remembered.

    Raises: Conflict if it has been opened before, or its id stood for something else.
    """
    if desk.done(f"envelope:{got.print_}") is not None:
        raise Conflict(
            "this very envelope was opened before", where="replay", fix="seal it anew to ask again"
        )
    desk.remember(f"envelope:{got.print_}", got.kind)
    # told apart by digest: an id is the sender's and may be as long as they like
    id_ = hashlib.sha256(f"{got.stamp.sender_id}|{got.stamp.event_id}".encode()).hexdigest()
    held = hashlib.sha256(canonical([got.kind, dict(got.data)]).encode()).hexdigest()
    before = desk.done(f"event:{id_}")
    if before is None:
        desk.remember(f"event:{id_}", held)
    elif before != held:
        raise Conflict(
            "this id stood for something else", where="id", fix="give it an id of its own"
        )


def _lead(party: Party, desk: Desk, sender: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    unit = (sender.institution_id, sender.region_code)
    regime = party.regime(desk.at)
    kept = lead.receive(desk, data, unit=unit, sender_id=sender.id, regime=regime)
    if any(kept.body.get(name, told_) != told_ for name, told_ in data.items()):
        raise BadInput(
            "a lead of this number has come, and said something else",
            where="lead_id",
            fix="tell what has changed as a lead of its own",
        )
    return lead.receipt_of(kept)


def _feedback(party: Party, desk: Desk, sender: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    del party
    kept = told.answered(desk, told.of_partner(desk, sender.id, data["lead_id"]), data)
    # told as it was kept the first time, so that a repeat is answered alike
    return {
        "lead_id": data["lead_id"],
        "received_at": kept.body["answered_at"],
        "unit_id": kept.institution_id,
    }


def _poll(party: Party, desk: Desk, sender: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    del party
    ids = [lead.record_id(sender.id, name) for name in data["lead_ids"]]
    kept = [desk.get("lead", id_) for id_ in ids if desk.has("lead", id_)]
    return {
        "receipts": [lead.receipt_of(one) for one in kept],
        "feedback": [lead.feedback_of(one) for one in kept if one.state == "answered"],
    }
