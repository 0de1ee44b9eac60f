"""Leads that we tell partners: what was sent, received and answered there, each step with its clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.leads.lead import record_id
from duanka.leads.schema import HANDLING
from duanka.store.ledger_outbox import SIGNED
from duanka.store.ledger_rows import Message, Record
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.policy.dated import Regime
    from duanka.store.ledger_desk import Desk

MOVES: dict[str, tuple[str, ...]] = {
    "to_send": ("received", "refused", "given_up"),
    "received": ("answered",),
    "refused": (),
    "given_up": ("received",),
    "answered": (),
}
WAITED_FOR = ("to_send", "received", "given_up")
TOPIC = SIGNED
"""Messages of this topic are signed and sent by `duanka lead send`, never by `duanka send`."""


def tell(
    desk: Desk, data: Mapping[str, Any], *, to: Record, unit: tuple[str, str], regime: Regime
) -> Record:
    """The lead to be sent to the partner; the same lead twice is one. The card stands in the sealed part.

    Raises: NotAllowed if its handling does not let it go to this kind of party.
    """
    may_go_to(str(data.get("handling") or ""), to.body["party_kind"])
    id_ = record_id(to.id, str(data["lead_id"]))
    if desk.has("told_lead", id_):
        return desk.get("told_lead", id_)
    due = desk.at + timedelta(minutes=regime.number("leads.act_within_minutes"))
    body = {n: v for n, v in data.items() if n not in ("card_id", "case_id")}
    made = Record(
        "told_lead",
        id_,
        *unit,
        "to_send",
        {**body, "to": to.id, "told_at": desk.at.isoformat(), "reminders": 0},
        parent_id=to.id,
        due_at=due,
        weight=int(data.get("loss_fen") or 0),
    )
    named = {n: data[n] for n in ("card_id", "case_id") if data.get(n)}
    kept = desk.write(made, act="tell", personal=named)
    told = {"to": to.id, "kind": "lead", "record": id_}
    desk.send(Message(f"tell:{id_}", TOPIC, told, "told_lead", id_))
    return kept


def may_go_to(handling: str, party_kind: str) -> None:
    """Nothing, if a lead under this handling limit may go to this kind of party.

    Raises: NotAllowed; BadInput if there is no such limit.
    """
    if handling and handling not in HANDLING:
        raise BadInput("no such handling", where="handling", fix=f"one of {', '.join(HANDLING)}")
    if handling == "police_only" and party_kind != "police":
        raise NotAllowed("for the police only", where="handling", fix="tell the police, or nobody")


def passed_on(lead: Record, *, party_kind: str) -> dict[str, Any]:
    """What is told of a lead that came from elsewhere, for a party of this kind; its handling goes along.

    Raises: NotAllowed if its sender kept it to us.
    """
    handling = str(lead.body.get("handling") or "institution_only")
    if handling == "institution_only":
        raise NotAllowed(
            "its sender kept it to this institution", where=lead.id, fix="ask the sender"
        )
    may_go_to(handling, party_kind)
    kept = ("lead_id", "issued_at", "issuer_id", "card_kind", "requested_measure", "deadline_at")
    more = ("loss_fen", "confidence")
    told = {n: lead.body[n] for n in (*kept, *more) if lead.body.get(n) is not None}
    return {**told, **(lead.personal or {}), "handling": handling}


def received(desk: Desk, told: Record, receipt: Mapping[str, Any]) -> Record:
    """The lead with its partner's receipt: when it came there, and which unit answers for it.

    Raises: Conflict if it has been answered or refused.
    """
    if told.state == "received":
        return told
    return _moved(
        desk, told, "received", received_at=receipt["received_at"], unit_id=receipt["unit_id"]
    )


def refused(desk: Desk, told: Record, state: str, *, fault: str) -> Record:
    """The lead that its partner refused, or that could not be sent.

    Raises: Conflict if it has been received.
    """
    return _moved(desk, told, state, fault=fault)


def answered(desk: Desk, told: Record, feedback: Mapping[str, Any]) -> Record:
    """The lead with its partner's feedback; the same feedback twice is one.

    Raises: Conflict if another outcome was told before.
    """
    if told.state == "answered":
        if told.body["outcome"] != feedback["outcome"]:
            raise Conflict("it was answered otherwise", where=told.id, fix="ask the partner")
        return told
    known = ("outcome", "controlled_at", "measure")
    more = {n: feedback[n] for n in known if n in feedback}
    if told.state in (
        "to_send",
        "given_up",
    ):  # the receipt was lost on the way; the feedback was not
        told = _moved(desk, told, "received", received_at=None, unit_id="")
    return _moved(desk, told, "answered", answered_at=feedback["at"], **more)


def of_partner(desk: Desk, party_id: str, lead_id: str) -> Record:
    """The lead of this number that we told the partner.

    Raises: NotFound.
    """
    return desk.get("told_lead", record_id(party_id, lead_id))


def overdue(desk: Desk, *, regime: Regime) -> int:
    """How many leads had no receipt or no feedback in time, and were told of, a step higher each time."""
    again = timedelta(minutes=regime.number("leads.act_within_minutes"))
    late = list(desk.each(Wanted("told_lead", states=WAITED_FOR, due_before=desk.at)))
    for one in late:
        step = int(one.body["reminders"]) + 1
        desk.write(replace(one.but(reminders=step), due_at=desk.at + again), act="remind")
        body = {"lead_id": one.id, "unit_id": one.institution_id, "step": step, "state": one.state}
        key = f"told-overdue:{one.id}:{step}"
        desk.send(Message(key, "lead_overdue", body, "told_lead", one.id))
    return len(late)


def _moved(desk: Desk, told: Record, state: str, **more: Any) -> Record:
    if state not in MOVES[told.state]:
        raise Conflict(
            f"a lead that is {told.state} does not become {state}", where=told.id, fix="look again"
        )
    is_open = state in WAITED_FOR
    moved = replace(told.but(state, **more), is_open=is_open)
    return desk.write(moved if is_open else replace(moved, due_at=None), act=state)
