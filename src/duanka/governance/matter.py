"""A supervised matter: a penalty, listing, inspection or rectification, its states and the only moves between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from duanka.errors import BadInput, Conflict, NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

KINDS = ("penalty", "listing", "inspection", "rectification", "exposure", "insider")
ENDS = ("withdrawn", "lifted", "expired", "closed", "referred")

MOVES: dict[str, dict[str, tuple[str, ...]]] = {
    # 行政处罚法 第四十四条（告知）、第四十五条（陈述申辩）、第六十二条（未听取不得处罚）
    "penalty": {
        "proposed": ("noticed", "withdrawn"),
        "noticed": ("heard", "hearing", "withdrawn"),
        "hearing": ("heard", "withdrawn"),
        "heard": ("decided", "withdrawn"),
        "decided": ("executed", "withdrawn"),
        "executed": ("expired",),
    },
    "listing": {
        "proposed": ("noticed", "withdrawn"),
        "noticed": ("objected", "in_force", "withdrawn"),
        "objected": ("in_force", "withdrawn"),
        "in_force": ("objected", "reviewed", "escalated", "lifted"),
        "reviewed": ("in_force", "escalated", "lifted"),
        "escalated": ("objected", "reviewed", "lifted"),
    },
    "inspection": {
        "planned": ("begun", "withdrawn"),
        "begun": ("found",),
        "found": ("rectifying", "closed"),
        "rectifying": ("closed",),
    },
    "rectification": {
        "given": ("handed_in", "withdrawn"),
        "handed_in": ("accepted", "returned"),
        "returned": ("handed_in",),
        "accepted": ("closed",),
    },
    "exposure": {
        "proposed": ("checked", "withdrawn"),
        "checked": ("published", "withdrawn"),
        "published": ("expired", "withdrawn"),
    },
    # 疑似内部人员：先问本人，听其说明，再由本机构内部核查；移送的是线索，不是认定
    "insider": {
        "proposed": ("asked", "withdrawn"),
        "asked": ("replied", "unanswered", "withdrawn"),
        "replied": ("audited", "withdrawn"),
        "unanswered": ("replied", "audited", "withdrawn"),
        "audited": ("replied", "referred", "closed"),
    },
}
"""From which state a matter of each kind may go where; a state that is not there is an end."""

NEEDED = {
    ("penalty", "noticed"): ("facts", "reasons", "legal_basis", "rights"),
    ("penalty", "heard"): ("statement",),
    ("penalty", "decided"): ("decision", "legal_basis"),
    ("listing", "noticed"): ("computation", "legal_basis"),
    ("listing", "objected"): ("objection",),
    ("listing", "escalated"): ("computation",),
    ("listing", "lifted"): ("review",),
    ("rectification", "handed_in"): ("evidence",),
    ("rectification", "accepted"): ("review",),
    ("inspection", "found"): ("findings",),
    ("exposure", "checked"): ("final_judgement", "masked", "legal_basis"),
    ("insider", "asked"): ("computation", "rights"),
    ("insider", "replied"): ("reply",),
    ("insider", "audited"): ("findings",),
    ("insider", "referred"): ("reply", "findings", "legal_basis"),
}
"""Papers without which a matter cannot be moved there. A statement may say that none was made in time."""


@dataclass(frozen=True)
class Moved:
    """One move: from where to where, when, by whom, with which papers."""

    before: str
    after: str
    at: datetime
    by: str
    papers: tuple[str, ...]


@dataclass(frozen=True)
class Matter:
    """A matter about a unit; `owner` is the one unit accountable for the next move, until `due_at`.

    `area_wide` matters restrict a region and need the approval of the State Council mechanism.
    """

    matter_id: str
    kind: str
    unit_kind: str
    unit_id: str
    state: str
    owner: str
    opened_at: datetime
    due_at: datetime
    because: str
    area_wide: bool = False
    approval_id: str = ""
    expires_at: datetime | None = None
    history: tuple[Moved, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether no move is left."""
        return self.state not in MOVES[self.kind]


@dataclass(frozen=True)
class Step:
    """What a move says: where to, when, by whom, on which papers, and who is next until when."""

    to: str
    at: datetime
    by: str
    papers: tuple[str, ...]
    owner: str
    due_at: datetime


def open_matter(matter: Matter) -> Matter:
    """The matter, if it may be opened as it is.

    Raises: BadInput if its kind or first state is unknown or nobody owns it; NotAllowed if it restricts an area
        without the approval of the State Council mechanism (反电信网络诈骗法 第三十五条).
    """
    if matter.kind not in KINDS:
        raise BadInput(f"there is no kind of matter {matter.kind!r}", fix=f"say {', '.join(KINDS)}")
    begins = next(iter(MOVES[matter.kind]))
    if matter.state != begins or matter.history:
        raise BadInput(f"a {matter.kind} begins as {begins}", fix="open it in that state")
    _owned(matter.owner)
    if matter.area_wide and not matter.approval_id:
        raise NotAllowed(
            "a measure for a whole area needs the approval of the State Council mechanism (反电信网络诈骗法 第三十五条)",
            where=matter.matter_id,
            fix="name the approval, or propose measures about units",
        )
    return matter


def move(matter: Matter, step: Step) -> Matter:
    """The matter after a move, with the move in its history.

    Raises: Conflict if the state allows no such move or time runs backwards; NotAllowed if papers that the law
        asks for are not there, or the one who decides is the one who proposed.
    """
    if step.to not in MOVES[matter.kind].get(matter.state, ()):
        raise Conflict(
            f"a {matter.kind} that is {matter.state} cannot become {step.to}",
            where=matter.matter_id,
            fix=f"go on to {', '.join(MOVES[matter.kind].get(matter.state, ())) or 'nothing: it has ended'}",
        )
    if matter.history and step.at < matter.history[-1].at:
        raise Conflict("a move cannot lie before the last one", where=matter.matter_id)
    lacking = [p for p in NEEDED.get((matter.kind, step.to), ()) if p not in step.papers]
    if lacking:
        raise NotAllowed(
            f"to be {step.to}, a {matter.kind} needs {', '.join(lacking)}",
            where=matter.matter_id,
            fix="add the papers; none of these steps may be left out",
        )
    mover = matter.history[-1].by if matter.history else ""
    if step.to in {"decided", "accepted", "reviewed", "audited"} and step.by == mover:
        raise NotAllowed(
            "nobody reviews or decides on what they brought in themselves",
            where=matter.matter_id,
            fix="let somebody else do it",
        )
    _owned(step.owner)
    made = Moved(matter.state, step.to, step.at, step.by, step.papers)
    return replace(
        matter, state=step.to, owner=step.owner, due_at=step.due_at, history=(*matter.history, made)
    )


def _owned(owner: str) -> None:
    if not owner.strip():
        raise BadInput("every matter has one accountable unit at any time", fix="name its owner")


def overdue(matters: Iterable[Matter], now: datetime) -> list[Matter]:
    """Open matters whose owner has let the deadline pass, the longest first."""
    late = [one for one in matters if not one.ended and one.due_at < now]
    return sorted(late, key=lambda one: (one.due_at, one.matter_id))


def reminders(matters: Iterable[Matter], now: datetime, *, days: int) -> list[Matter]:
    """Open matters that fall due within so many days."""
    soon = [
        one for one in matters if not one.ended and now <= one.due_at <= now + timedelta(days=days)
    ]
    return sorted(soon, key=lambda one: (one.due_at, one.matter_id))


def expire(matters: Iterable[Matter], now: datetime) -> list[Matter]:
    """The matters that end by themselves now, ended: none lasts beyond its term."""
    out = []
    for one in matters:
        if one.expires_at is not None and one.expires_at <= now and not one.ended:
            end = "expired" if one.kind in {"penalty", "exposure"} else "lifted"
            made = Moved(one.state, end, now, "clock", ("term_over",))
            out.append(replace(one, state=end, history=(*one.history, made)))
    return out
