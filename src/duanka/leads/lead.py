"""Leads (涉案两卡线索) we were told: received once, matched, acted on, answered, each step with its clock.

At any time exactly one unit is accountable for a lead: the institution its record stands under.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from duanka.errors import BadInput, Conflict
from duanka.leads.schema import OUTCOMES
from duanka.store.ledger_outbox import SIGNED
from duanka.store.ledger_rows import Message, Record
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duanka.policy.dated import Regime
    from duanka.store.ledger_desk import Desk

MOVES: dict[str, tuple[str, ...]] = {
    "received": ("matched", "not_ours", "expired"),
    "matched": ("controlled", "answered", "expired"),
    "controlled": ("answered", "expired"),
    "not_ours": ("answered",),
    "answered": (),
    "expired": (),
}
MOST_ID = 96
"""Letters that the ledger has for the number of a record."""
_OPEN = ("received", "matched", "controlled", "not_ours")


def receive(
    desk: Desk, data: Mapping[str, Any], *, unit: tuple[str, str], sender_id: str, regime: Regime
) -> Record:
    """The lead as it is kept, accountable to the unit (institution, region); the same lead twice is one.

    The clock runs from now: the deadline the sender gave, or the target of policy, whichever is first.
    The card stands in the sealed part; a receipt to the sender is put into the outbox, unless the sender
    is a partner, whose envelope is answered with it.
    """
    key = key_of(sender_id, data["lead_id"])
    if (before := desk.done(key)) is not None:
        return desk.get("lead", before)
    due = desk.at + timedelta(minutes=regime.number("leads.act_within_minutes"))
    if deadline := data.get("deadline_at"):
        due = min(due, max(datetime.fromisoformat(deadline), desk.at))
    told = {n: v for n, v in data.items() if n not in ("card_id", "case_id")}
    lead_id = record_id(sender_id, data["lead_id"])
    made = Record(
        "lead",
        lead_id,
        *unit,
        "received",
        {
            **told,
            "sender_id": sender_id,
            "received_at": desk.at.isoformat(),
            "reminders": 0,
            # whoever answers it later may not see the partner's own record
            "by_partner": desk.has("partner", sender_id),
        },
        parent_id=sender_id,
        due_at=due,
        weight=int(data.get("loss_fen") or 0),
    )
    named = {n: data[n] for n in ("card_id", "case_id") if data.get(n)}
    kept = desk.write(made, act="receive", personal=named)
    desk.remember(key, lead_id)
    if not kept.body["by_partner"]:
        body = {"to": sender_id, "data": receipt_of(kept)}
        desk.send(Message(f"receipt:{lead_id}", "lead_receipt", body, "lead", lead_id))
    return kept


def record_id(party_id: str, lead_id: str) -> str:
    """The number a party's lead has in the ledger; what is too long for it is told by its digest."""
    plain = f"{party_id}:{lead_id}"
    if len(plain) <= MOST_ID:
        return plain
    return f"{party_id[:31]}:{hashlib.sha256(plain.encode()).hexdigest()}"


def key_of(sender_id: str, lead_id: str) -> str:
    """The key under which the ledger remembers that a sender's lead has come."""
    return f"lead:{record_id(sender_id, lead_id)}"


def receipt_of(lead: Record) -> dict[str, Any]:
    """What the sender is told of a lead that has come: when, and which unit answers for it."""
    named = ("lead_id", "received_at")
    return {n: lead.body[n] for n in named} | {"unit_id": lead.institution_id}


def feedback_of(lead: Record) -> dict[str, Any]:
    """What the sender is told of a lead that was answered."""
    told = {"lead_id": lead.body["lead_id"], "outcome": lead.body["outcome"]}
    more = {n: lead.body[n] for n in ("controlled_at", "measure") if n in lead.body}
    return told | {"at": lead.body["answered_at"]} | more


def matched(desk: Desk, lead: Record, cards: Sequence[str]) -> Record:
    """The lead with the cards of ours it names, or as not ours where there are none.

    Raises: Conflict if it has been matched before.
    """
    if not cards:
        return _moved(desk, lead, "not_ours")
    about = f"{lead.body['card_kind']}:{cards[0]}"
    return _moved(desk, replace(lead, about=about), "matched", matched_count=len(cards))


def controlled(
    desk: Desk, lead: Record, *, order_id: str, measure: str, since: datetime | None = None
) -> Record:
    """The lead once an order on its card is in force: effective control since then, and how long it took.

    A card that was under control before the lead came is so from its coming. `since` None is now.
    Raises: Conflict if it was not matched.
    """
    came = datetime.fromisoformat(lead.body["received_at"])
    began = max(came, since or desk.at)
    return _moved(
        desk,
        lead,
        "controlled",
        order_id=order_id,
        measure=measure,
        controlled_at=began.isoformat(),
        minutes_to_control=round((began - came).total_seconds() / 60, 1),
    )


def answer(desk: Desk, lead: Record, outcome: str, *, regime: Regime) -> Record:
    """The lead answered; the feedback goes to the sender.

    Raises: BadInput if there is no such outcome, or control is claimed that was never effective;
        Conflict if it was answered before.
    """
    if outcome not in OUTCOMES:
        raise BadInput(
            f"no outcome {outcome!r}", where=lead.id, fix=f"one of {', '.join(OUTCOMES)}"
        )
    if outcome == "controlled" and "controlled_at" not in lead.body:
        raise BadInput("no order on this card is in force", where=lead.id, fix="decide one first")
    more = {"answered_at": desk.at.isoformat(), "regime": regime.day.isoformat()}
    kept = _moved(desk, lead, "answered", outcome=outcome, **more)
    sender = lead.body["sender_id"]
    body = {"to": sender, "kind": "feedback", "data": feedback_of(kept)}
    topic = SIGNED if lead.body.get("by_partner") else "lead_feedback"
    desk.send(Message(f"feedback:{lead.id}", topic, body, "lead", lead.id))
    return kept


def hand_over(desk: Desk, lead: Record, unit: tuple[str, str], *, because: str) -> Record:
    """The lead under another unit, which is from now on the one that answers for it.

    Raises: BadInput without a reason; NotAllowed if the giver does not see both units.
    """
    if not because.strip():
        raise BadInput("handed over without a reason", where=lead.id, fix="say why in a few words")
    given = replace(lead, institution_id=unit[0], region_code=unit[1])
    return desk.write(given.but(handed_over_because=because), act="hand_over")


def remind(desk: Desk, *, regime: Regime) -> int:
    """How many leads were overdue and had their unit reminded; each reminder goes one step higher."""
    overdue = Wanted("lead", states=_OPEN, due_before=desk.at)
    again = timedelta(minutes=regime.number("leads.act_within_minutes"))
    count = 0
    for lead in list(desk.each(overdue)):
        step = int(lead.body["reminders"]) + 1
        desk.write(replace(lead.but(reminders=step), due_at=desk.at + again), act="remind")
        body = {"lead_id": lead.id, "unit_id": lead.institution_id, "step": step}
        desk.send(Message(f"overdue:{lead.id}:{step}", "lead_overdue", body, "lead", lead.id))
        count += 1
    return count


def expire(desk: Desk, *, regime: Regime) -> int:
    """How many leads nobody answered in the term of policy and are now closed as expired."""
    term = timedelta(days=regime.number("leads.expire_after_days"))
    count = 0
    for lead in list(desk.each(Wanted("lead", states=_OPEN[:3]))):
        if datetime.fromisoformat(lead.body["received_at"]) + term <= desk.at:
            _moved(desk, lead, "expired")
            count += 1
    return count


def _moved(desk: Desk, lead: Record, state: str, **told: Any) -> Record:
    if state not in MOVES[lead.state]:
        raise Conflict(
            f"a lead that is {lead.state} does not become {state}", where=lead.id, fix="look again"
        )
    is_open = bool(MOVES[state])
    moved = lead.but(state, **told)
    return desk.write(
        replace(moved, is_open=is_open, due_at=moved.due_at if is_open else None), act=state
    )
