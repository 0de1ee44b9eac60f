"""The letter of a matter's step, and the figures of the ledger behind it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from duanka.errors import BadInput
from duanka.governance.docket import KIND
from duanka.governance.letters import TITLES, Letter
from duanka.governance.months import said_day
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.policy.dated import Regime
    from duanka.store.ledger_desk import Desk
    from duanka.store.ledger_rows import Record

_OF_STATE = {
    "noticed": "penalty_notice",
    "hearing": "penalty_notice",
    "decided": "decision",
    "executed": "decision",
    "escalated": "escalated",
    "lifted": "lifted",
    "expired": "lifted",
    "closed": "lifted",
    "withdrawn": "withdrawn",
}
MEASURES = {
    "notice": "提示",
    "yellow_card": "黄牌警告",
    "interview": "约谈",
    "red_card": "红牌警告",
    "rectification": "挂牌整治",
    "suspend_openings": "暂停新开户业务",
    "refer": "移送有权机关依法处理",
}


def letter_of(desk: Desk, one: Record, regime: Regime) -> tuple[Letter, Mapping[str, Any]]:
    """The letter that fits the state a matter is in, and its figures.

    Things to rectify have the letter of their own, with the figures of the matter they belong to.

    Raises: BadInput for a suspicion about an employee: they are heard in person.
    """
    if one.kind != KIND:
        raise BadInput(
            "employees are heard in person, not by letter", where=one.id, fix="record their reply"
        )
    body, figures = one.body, one.body["figures"]
    because = _because(one, regime)
    items: tuple[str, ...] = ()
    if body["kind"] == "rectification":
        parent = desk.get(KIND, one.parent_id)
        figures, because, items = (
            parent.body["figures"],
            _because(parent, regime),
            (body["because"],),
        )
    else:
        under = desk.find(Wanted(KIND, parent_id=one.id, open_only=True))
        items = tuple(item.body["because"] for item in under)
    letter = Letter(
        kind=_kind(one),
        unit_name=body["unit_name"] or one.about.partition(":")[2],
        period=body["period"],
        because=because,
        legal_basis=body["legal_basis"],
        sender=body["office"],
        written_on=said_day(desk.at),
        due_on="—" if one.due_at is None else said_day(one.due_at),
        reply_days=int(regime.number("listings.reply_days")),
        measure=MEASURES.get(body["listing"], TITLES.get(body["listing"], "所列措施")),
        expires_on="所定期限" if not body["expires_at"] else said_day(datetime.fromisoformat(body["expires_at"])),
        paths=body["appeal_path"].replace(", ", "、"),
        items=items,
    )  # fmt: skip
    return letter, figures


def _kind(one: Record) -> str:
    kind, listing = one.body["kind"], one.body["listing"]
    if one.state in {"withdrawn", "lifted", "expired", "escalated"}:
        return _OF_STATE[one.state]
    if kind == "rectification":
        return "rectify"
    if kind == "inspection":
        return "inspection"
    if kind == "listing":  # nothing is in force before the unit had its time to speak
        return "listing_notice" if one.state in {"proposed", "noticed"} else str(listing)
    return _OF_STATE.get(one.state, "penalty_notice")


def _because(one: Record, regime: Regime) -> str:
    known = regime.policy.reasons.get(one.body["because"])
    return one.body["because"] if known is None else known.label.zh
