"""`duanka remind`: who is waited for is reminded once, and what is overdue is told to those in charge once a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from duanka.cases import appeal, reverification
from duanka.cases.order_terms import SHANGHAI, instant
from duanka.errors import Conflict
from duanka.store.ledger import SYSTEM, Message, Wanted

if TYPE_CHECKING:
    from datetime import datetime

    from duanka.jobs.progress import Progress
    from duanka.store.ledger import Ledger, Record

PURPOSE = "remind of what is waited for"
_CLOCKS = (
    Wanted("appeal", states=appeal.OPEN),
    Wanted("order", states=("proposed",)),
    Wanted("case", open_only=True),
    Wanted("notice", states=("to_send",)),
)
"""What has a clock that people answer for."""


@dataclass
class Reminded:
    """How many holders were reminded, orders came up for review, and overdue things were told."""

    holders: int = 0
    reviews: int = 0
    overdue: int = 0


def remind(ledger: Ledger, *, now: datetime, say: Progress) -> Reminded:
    """Whom was written to; run twice on a day, nobody hears anything twice."""
    done = Reminded()
    with say.stage("提醒持有人 reminding holders"):
        for one in _all(ledger, Wanted("reverification", states=("asked",)), now):
            if not one.body.get("reminded_at") and instant(one.body["remind_at"]) <= now:
                done.holders += _remind_holder(ledger, one, now)
    with say.stage("复查 orders to be reviewed"):
        for one in _all(ledger, Wanted("order", states=("in_force",)), now):
            if instant(one.body["review_at"]) <= now:
                done.reviews += _tell(ledger, one, f"{one.id}:review", "review_due", now)
    with say.stage("超期 overdue"):
        today = now.astimezone(SHANGHAI).date().isoformat()
        for wanted in _CLOCKS:
            for one in _all(ledger, wanted, now):
                if one.due_at is not None and one.due_at <= now:
                    done.overdue += _tell(ledger, one, f"{one.id}:late:{today}", "overdue", now)
    return done


def _all(ledger: Ledger, wanted: Wanted, now: datetime) -> list[Record]:
    with ledger.read(SYSTEM, at=now) as desk:
        return list(desk.each(wanted))


def _remind_holder(ledger: Ledger, one: Record, now: datetime) -> int:
    try:
        with ledger.desk(SYSTEM, at=now, purpose=PURPOSE) as desk:
            reverification.remind(desk, one)
    except Conflict:
        return 0
    return 1


def _tell(ledger: Ledger, one: Record, key: str, what: str, now: datetime) -> int:
    """1 if those in charge are told of it now, 0 if they were before."""
    with ledger.desk(SYSTEM, at=now, purpose=PURPOSE) as desk:
        if desk.done(key) is not None:
            return 0
        body = {
            "what": what,
            "kind": one.kind,
            "id": one.id,
            "institution_id": one.institution_id,
            "assigned_to": one.assigned_to,
            "due_at": "" if one.due_at is None else one.due_at.isoformat(),
        }
        desk.send(Message(key, "reminder", body, one.kind, one.id))
        desk.remember(key, what)
    return 1
