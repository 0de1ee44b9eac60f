"""`duanka expire`: orders and discipline whose term is over end, unanswered questions close, and old personal fields are erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from duanka.cases import discipline, order, reverification
from duanka.cases.order_terms import regime_at
from duanka.errors import Conflict, NotAllowed
from duanka.store.ledger import SYSTEM, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Policy
    from duanka.store.ledger import Desk, Ledger, Record

PURPOSE = "end what is over"
_PERSONAL = ("appeal", "notice", "case", "file", "lead", "told_lead")
_MARKS = ("envelope:", "event:")
"""An envelope is refused for its age long before its mark goes; what acts on cards is remembered for good."""


@dataclass
class Expired:
    """How many orders and disciplines ended, questions closed unanswered, records lost their personal part, and marks of
    envelopes went that no partner can send again.
    """

    orders: int = 0
    disciplines: int = 0
    unanswered: int = 0
    erased: int = 0
    pruned: int = 0


def expire(ledger: Ledger, policy: Policy, *, now: datetime, say: Progress) -> Expired:
    """What ended because its time was over; each is one transaction, so that a stopped job goes on."""
    done = Expired()
    with say.stage("到期 orders whose term is over"):
        wanted = Wanted("order", states=("in_force",), due_before=_just_after(now))
        done.orders = _each(ledger, wanted, now, lambda desk, one: order.expire(desk, one, policy))
    with say.stage("惩戒期满 discipline whose term is over"):
        wanted = Wanted("discipline", states=("in_force",), due_before=_just_after(now))
        done.disciplines = _each(
            ledger, wanted, now, lambda desk, one: discipline.expire(desk, one, policy)
        )
    with say.stage("未答复 questions not answered"):
        wanted = Wanted("reverification", states=("asked",), due_before=_just_after(now))
        done.unanswered = _each(
            ledger, wanted, now, lambda desk, one: reverification.no_answer(desk, one, policy)
        )
    with say.stage("销毁 personal fields kept long enough"):
        kept = timedelta(days=regime_at(policy, now).number("retention.case_personal_days"))
        for kind in _PERSONAL:
            wanted = Wanted(kind, sealed_and_closed_before=now - kept)
            done.erased += _each(ledger, wanted, now, _erase)
    with say.stage("清理 marks of what partners sent"):
        days = regime_at(policy, now).number("retention.exchange_marks_days")
        before = now - timedelta(days=days)
        done.pruned = ledger.prune(_MARKS, before=before, at=now)
    return done


def _each(
    ledger: Ledger, wanted: Wanted, now: datetime, work: Callable[[Desk, Record], object]
) -> int:
    """How many of the records wanted the work was done to, each in a transaction of its own."""
    count, after = 0, ""
    while True:
        with ledger.read(SYSTEM, at=now) as desk:
            found = desk.find(wanted, after=after)
        for one in found:
            try:
                with ledger.desk(SYSTEM, at=now, purpose=PURPOSE) as desk:
                    work(desk, one)
                count += 1
            except (Conflict, NotAllowed):
                continue  # somebody else ended it meanwhile, or it may not be followed by a measure
        if not found:
            return count
        after = found[-1].id


def _erase(desk: Desk, one: Record) -> object:
    if one.kind == "file" and desk.get("case", one.parent_id).is_open:
        raise Conflict("its case is open", where=one.id, fix="wait until it is closed")
    desk.erase(one)
    return desk.write(one.but(None), act="forget", personal={})


def _just_after(now: datetime) -> datetime:
    """Due at this instant counts as over."""
    return now + timedelta(microseconds=1)
