"""The steps of matters in the ledger: papers, roles, time to reply; reminders, escalation and what ends by itself.

Source: 行政处罚法 第四十四条、第四十五条、第六十二条.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.governance import clocks
from duanka.governance.docket import (
    INSIDER,
    KIND,
    Proposal,
    iso,
    matter_of,
    propose,
    regime_at,
)
from duanka.governance.docket_seen import UNIT, seen
from duanka.governance.matter import Step, move
from duanka.store.ledger_rows import Message, Record
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from duanka.policy.dated import Policy
    from duanka.store.ledger_desk import Desk
    from duanka.store.ledger_rows import Viewer

WORKERS = ("governance", "lead_officer", "system")
"""Roles that may take a step of the office."""
SPEAKS = ("hearing", "objected", "handed_in", "replied", "heard")
"""Steps by which the unit itself speaks; a person of the unit has the role `unit`."""
RESTRICTED = ("lead_officer", "auditor")
"""Roles that may see and move a suspicion about an employee."""
DECIDERS = ("lead_officer",)
DECIDED = ("in_force", "decided", "executed", "escalated", "lifted", "published", "referred")
"""States that only a lead officer brings about: a proposal of the system binds nobody."""
TO_UNIT = (
    "noticed",
    "in_force",
    "decided",
    "executed",
    "escalated",
    "lifted",
    "withdrawn",
    "asked",
    "returned",
)
"""Steps that the unit is told of, each by a letter."""
NONE_MADE = "none"
"""What a statement says where none was made in time."""


@dataclass(frozen=True)
class Paper:
    """A paper of a step: its name among those that the law asks for, what it says, and the digest of its file."""

    name: str
    says: str
    digest: str = ""


@dataclass(frozen=True)
class Action:
    """A step that somebody wants to take, with its papers and the approval of a measure for an area."""

    to: str
    papers: tuple[Paper, ...] = field(default=())
    because: str = ""


def step(desk: Desk, one: Record, wanted: Action, policy: Policy) -> Record:
    """The matter after a step, with its papers; the unit is told where the step is about it.

    Raises: Conflict if there is no such step from here; NotAllowed if a paper, an approval, a role or the time
        to reply is lacking, or something to rectify is not accepted.
    """
    regime, body = regime_at(policy, desk.at), one.body
    _may(desk, one, wanted.to)
    _time_to_reply(desk, one, wanted)
    if wanted.to == "lifted":
        _all_accepted(desk, one)
    turn = clocks.turn(body["kind"], wanted.to, regime, now=desk.at)
    owner = body["office"] if turn.whose == "office" else one.about
    papers = tuple(p.name for p in wanted.papers) + tuple(body["papers"])
    due_at = turn.due_at or desk.at
    after = move(
        matter_of(one), Step(wanted.to, desk.at, desk.viewer.user_id, papers, owner, due_at)
    )
    expires_at = clocks.ends_at(body["kind"], wanted.to, body["listing"], regime, now=desk.at)
    changed = one.but(
        wanted.to,
        papers={**body["papers"], **{p.name: _paper(p, desk) for p in wanted.papers}},
        moved_by=desk.viewer.user_id,
        moved_at=iso(desk.at),
        expires_at=body.get("expires_at", "") if expires_at is None else iso(expires_at),
        said=wanted.because,
        reminded_for="",
        raised_for="",
    )
    done = replace(
        changed, assigned_to=owner, due_at=None if after.ended else due_at, is_open=not after.ended
    )
    kept = desk.write(done, act=f"to_{wanted.to}")
    if after.ended:
        _end_items(desk, kept)
    if wanted.to in TO_UNIT:
        tell(desk, kept, wanted.to)
    return kept


def add_item(desk: Desk, of: Record, what: str, policy: Policy) -> Record:
    """Something to rectify under a matter, as a record of its own with evidence, review and clock.

    Raises: BadInput if it says nothing.
    """
    if not what.strip():
        raise BadInput("nothing to rectify", where=of.id, fix="say what is to be done")
    kind, _, unit = of.about.partition(":")
    body = of.body
    said = Proposal(
        "rectification", kind, unit, of.institution_id, of.region_code, "rectify", body["period"], what.strip(),
        body["legal_basis"], {}, body["office"], body["superior"], parent_id=of.id, unit_name=body["unit_name"],
    )  # fmt: skip
    return propose(desk, said, policy)


def _end_items(desk: Desk, of: Record) -> None:
    """Nothing; what was to be rectified under a matter that has ended is owed no more."""
    for item in desk.find(Wanted(KIND, parent_id=of.id, open_only=True)):
        state = "closed" if item.state == "accepted" else "withdrawn"
        gone = item.but(state, moved_by=desk.viewer.user_id, moved_at=iso(desk.at))
        desk.write(replace(gone, is_open=False, due_at=None), act=f"to_{state}")


def tell(desk: Desk, one: Record, what: str) -> None:
    """Nothing; a letter about the step goes to the unit, once."""
    body = {"matter_id": one.id, "what": what, "unit": one.about, "because": one.body["because"]}
    desk.send(Message(f"{one.id}:{one.version}:{what}", "letter", body, one.kind, one.id))


def may_know(viewer: Viewer, kind: str) -> None:
    """Nothing, if the viewer may see records of the kind at all.

    Raises: NotAllowed if they are suspicions about employees and the viewer is none of those who must know.
    """
    if kind == INSIDER and not viewer.has(*RESTRICTED, "system"):
        raise NotAllowed(
            "suspicions about employees are seen by few",
            where="role of the user",
            fix=f"ask one of {', '.join(RESTRICTED)}",
        )


def kind_of(matter_id: str) -> str:
    """The kind of record that an id names.

    Example:
        >>> kind_of("i-1"), kind_of("m-1")
        ('insider', 'matter')
    """
    return INSIDER if matter_id.startswith("i-") else KIND


def remind(desk: Desk, one: Record, policy: Policy) -> bool:
    """Whether the owner of the next step is reminded now: once a deadline, some days before it."""
    days = regime_at(policy, desk.at).number("listings.remind_days")
    due = "" if one.due_at is None else iso(one.due_at)
    soon = one.due_at is not None and one.due_at <= desk.at + timedelta(days=days)
    if not one.is_open or not soon or one.body["reminded_for"] == due:
        return False
    kept = desk.write(one.but(None, reminded_for=due), act="remind")
    _say(desk, kept, "due")
    return True


def escalate(desk: Desk, one: Record, policy: Policy) -> bool:
    """Whether the matter goes one level up now, because its owner let it lie: the superior is accountable from here.

    The step that is waited for stays the same, and so does the time that the unit had.
    """
    days = regime_at(policy, desk.at).number("matters.escalate_days")
    late = one.due_at is not None and one.due_at + timedelta(days=days) <= desk.at
    superior = one.body["superior"]
    if not one.is_open or not late or one.assigned_to == superior:
        return False
    told = one.but(None, raised_for=iso(one.due_at) if one.due_at else "", left_by=one.assigned_to)
    kept = desk.write(replace(told, assigned_to=superior), act="escalate")
    _say(desk, kept, "escalated")
    return True


def end(desk: Desk, one: Record) -> bool:
    """Whether what was in force ends by itself now, its term being over; the unit is told."""
    told = one.body["expires_at"]
    if not one.is_open or not told or datetime.fromisoformat(told) > desk.at:
        return False
    state = "lifted" if one.body["kind"] == "listing" else "expired"
    after = one.but(state, said="term_over", moved_by="clock", moved_at=iso(desk.at))
    kept = desk.write(replace(after, is_open=False, due_at=None), act=f"to_{state}")
    _end_items(desk, kept)
    tell(desk, kept, state)
    return True


def _say(desk: Desk, one: Record, what: str) -> None:
    """Nothing; the owner hears of it."""
    body = {
        "what": what,
        "kind": one.kind,
        "id": one.id,
        "institution_id": one.institution_id,
        "assigned_to": one.assigned_to,
        "due_at": "" if one.due_at is None else iso(one.due_at),
    }
    desk.send(Message(f"{one.id}:{one.version}:{what}", "reminder", body, one.kind, one.id))


def _may(desk: Desk, one: Record, to: str) -> None:
    seen(desk, one)
    who = allowed(one, to)
    if not desk.viewer.has(*who):
        raise NotAllowed(
            f"this is not yours: to bring a matter to {to}",
            where="role of the user",
            fix=f"let one of {', '.join(who)} do it",
        )


def may_add(viewer: Viewer) -> None:
    """Nothing, if the viewer may say what is to be rectified.

    Raises: NotAllowed for anybody but who supervises.
    """
    if not viewer.has(*WORKERS):
        raise NotAllowed(
            "this is not yours: to say what is to be rectified",
            where="role of the user",
            fix=f"let one of {', '.join(WORKERS)} do it",
        )


def allowed(one: Record, to: str) -> tuple[str, ...]:
    """The roles of which one is needed to bring a matter there."""
    if to in DECIDED:
        return DECIDERS
    if one.kind == INSIDER:
        return RESTRICTED
    return (*WORKERS, UNIT) if to in SPEAKS else WORKERS


def _time_to_reply(desk: Desk, one: Record, wanted: Action) -> None:
    """Nothing, if the unit had its time: nobody is decided about before they could speak."""
    silent = any(p.name == "statement" and p.says == NONE_MADE for p in wanted.papers)
    over = (
        wanted.to == "unanswered" or silent or (one.state == "noticed" and wanted.to == "in_force")
    )
    if over and one.due_at is not None and desk.at < one.due_at:
        raise NotAllowed(
            f"the time to reply runs until {iso(one.due_at)}",
            where=one.id,
            fix="wait, or record what was said (行政处罚法 第四十五条、第六十二条)",
        )


def _all_accepted(desk: Desk, one: Record) -> None:
    left = [
        item.id
        for item in desk.find(Wanted(KIND, parent_id=one.id, open_only=True))
        if item.state != "accepted"
    ]
    if left:
        raise Conflict(
            f"{len(left)} things to rectify are not accepted",
            where=", ".join(left[:5]),
            fix="review them first; a granted objection withdraws the matter at once",
        )


def _paper(paper: Paper, desk: Desk) -> dict[str, str]:
    told = {"says": paper.says, "digest": paper.digest}
    return told | {"by": desk.viewer.user_id, "at": iso(desk.at)}
