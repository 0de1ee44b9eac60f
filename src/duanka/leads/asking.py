"""Questions about cards: ours, which one person asks and another approves, and partners', counted against a day's allowance."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.store.ledger_rows import Record
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duanka.leads.risk import Risk
    from duanka.policy.dated import Regime
    from duanka.store.ledger_desk import Desk

APPROVERS = ("officer", "lead_officer", "reviewer")
SHANGHAI = timezone(timedelta(hours=8))


def ask(
    desk: Desk, names: Sequence[str], *, to: Record, unit: tuple[str, str], number: str
) -> Record:
    """The question as it waits for approval; its cards stand in the sealed part, its purpose is the desk's.

    Raises: BadInput if it names no card.
    """
    cards = sorted(set(names))
    if not cards:
        raise BadInput("no card is asked about", where="question", fix="name one")
    body = {"to": to.id, "purpose": desk.purpose, "asked_by": desk.viewer.user_id}
    made = Record(
        "question", number, *unit, "asked", {**body, "count": len(cards)}, parent_id=to.id
    )
    return desk.write(made, act="ask", personal={"cards": cards})


def approve(desk: Desk, question: Record, *, because: str) -> Record:
    """The question approved by somebody who did not ask it.

    Raises: NotAllowed for the asker, or without a role for it; Conflict if it was approved; BadInput
        without a reason.
    """
    if desk.viewer.user_id == question.body["asked_by"] or not desk.viewer.has(*APPROVERS):
        raise NotAllowed(
            "a question is approved by an officer who did not ask it",
            where=question.id,
            fix="ask a colleague",
        )
    if question.state != "asked":
        raise Conflict(f"it is {question.state}", where=question.id, fix="look again")
    if not because.strip():
        raise BadInput("approved without a reason", where=question.id, fix="say why")
    told = question.but("approved", approver=desk.viewer.user_id, approved_because=because)
    return desk.write(told, act="approve")


def may_go(question: Record) -> None:
    """Nothing, if the question was approved and has not been answered.

    Raises: NotAllowed.
    """
    if question.state != "approved":
        raise NotAllowed(
            f"the question is {question.state}", where=question.id, fix="have it approved first"
        )


def answered(desk: Desk, question: Record, found: Mapping[str, Risk]) -> Record:
    """The question with its answers, which are sealed and erased when they are void."""
    told = {n: [r.grade, r.reason_class, r.expires_on] for n, r in found.items()}
    last = max((risk.expires_on for risk in found.values()), default="")
    due = _midnight_after(date.fromisoformat(last)) if last else desk.at
    kept = replace(question.but("answered", found=len(found)), is_open=False, due_at=due)
    cards = {"cards": (question.personal or {}).get("cards", []), "answers": told}
    return desk.write(kept, act="answered", personal=cards)


def forget(desk: Desk) -> int:
    """How many answered questions lost their cards and answers, because these are void."""
    over = list(desk.each(Wanted("question", states=("answered",), due_before=desk.at)))
    for one in over:
        desk.erase(one)
        desk.write(replace(one.but("void"), due_at=None), act="void")
    return len(over)


def allow(desk: Desk, partner: Record, asked: Mapping[str, Any], *, regime: Regime) -> Record:
    """The partner's question as it is kept here: who, how many cards, what for, who approved; never which.

    `asked` has how, count, purpose and approver.
    Raises: NotAllowed if the partner's allowance of the day is used up; Conflict if two come at once.
    """
    count = int(asked["count"])
    day = desk.at.astimezone(SHANGHAI).date().isoformat()
    id_ = f"{partner.id}:{day}"
    unit = (partner.institution_id, partner.region_code)
    if desk.has("asked_day", id_):
        before = desk.get("asked_day", id_)
    else:
        before = Record("asked_day", id_, *unit, "counted", {"cards": 0, "times": 0}, is_open=False)
    cards, times = before.body["cards"] + count, before.body["times"] + 1
    if cards > regime.number("leads.look_ups_per_day"):
        raise NotAllowed(
            "the cards that may be asked about in a day are used up", where=id_, fix="ask tomorrow"
        )
    desk.write(before.but(cards=cards, times=times), act="count")
    named = ("how", "count", "purpose", "approver")
    body = {n: asked[n] for n in named} | {"partner": partner.id}
    made = Record("asked", f"{id_}:{times}", *unit, "evaluated", body, parent_id=partner.id)
    return desk.write(replace(made, is_open=False), act="asked")


def draw(desk: Desk, partner: Record, ticket: str) -> Record:
    """The partner's look-up, whose one drawer is opened now.

    Raises: NotFound if it is none of theirs; Conflict if its drawer was opened before.
    """
    one = desk.get("asked", ticket)
    if one.parent_id != partner.id or one.body["how"] != "look_up" or one.state != "evaluated":
        raise Conflict("one look-up opens one drawer", where="ticket", fix="look up again")
    return desk.write(one.but("drawn"), act="draw")


def _midnight_after(day: date) -> datetime:
    whole = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(days=1)
    return whole.astimezone(UTC)
