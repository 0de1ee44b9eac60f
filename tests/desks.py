"""Findings, desks and small moves for the tests of the cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from duanka.cases import discipline, order
from duanka.cases.discipline_terms import Decision
from duanka.cases.order_police import Document
from duanka.cases.order_terms import Finding
from duanka.policy import dated
from duanka.store.ledger import SYSTEM
from ledgers import ANALYST, AT, OFFICER, OFFICER_2

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

    from duanka.policy.dated import Policy
    from duanka.store.ledger import Desk, Ledger, Record, Viewer

FOUND = Finding(
    card_kind="account",
    card_id="A1",
    institution_id="bank_1",
    region_code="990101",
    measure="delay_settlement",
    because="high_risk_card",
    reasons=("high_risk_card", "in_count_1d"),
    as_of="2026-06-01T00:00:00+08:00",
    policy_version="p1",
    tier="high_risk",
    score=0.8,
    model_version="m1",
    holder_id="P1",
    network_id="N1",
)
SIM = replace(FOUND, card_kind="sim", card_id="S1")


@cache
def policy() -> Policy:
    return dated.load([])


def at(days: float = 0, hours: float = 0) -> datetime:
    return AT + timedelta(days=days, hours=hours)


def sit(
    book: Ledger, who: Viewer, when: datetime = AT, purpose: str = "a test"
) -> AbstractContextManager[Desk]:
    return book.desk(who, at=when, purpose=purpose)


def finding(measure: str, **changed: Any) -> Finding:
    return replace(FOUND, measure=measure, **changed)


def in_force(book: Ledger, found: Finding = FOUND, when: datetime = AT) -> Record:
    """An order for the finding, proposed by the system and decided by as many officers as it takes."""
    with sit(book, SYSTEM, when) as desk:
        made = order.propose(desk, found, policy())
    for who in (OFFICER, OFFICER_2):
        if made.state == "proposed":
            with sit(book, who, when) as desk:
                made = order.decide(desk, made, policy(), because="looked at it")
    return made


def decision(number: str = "1", **changed: Any) -> Decision:
    """What police of a prefecture recognised of P1: three cards rented out on 2 December 2025."""
    paper = Document("某市公安局", number, "a" * 64, "2026-05-30")
    days = {"act_on": date(2025, 12, 2), "decided_on": date(2026, 5, 30)}
    told = {"person_id": "P1", "document": paper, "level": "prefecture", "ground": "recognised"}
    return Decision(**{**told, **days, **changed})


def disciplined(book: Ledger, when: datetime = AT, **changed: Any) -> Record:
    """The discipline of that decision, recorded by an officer of bank_1."""
    with sit(book, OFFICER, when) as desk:
        place = {"institution_id": "bank_1", "region_code": "990101"}
        return discipline.record(desk, decision(**changed), policy(), **place)


__all__ = [
    "ANALYST",
    "FOUND",
    "SIM",
    "at",
    "decision",
    "disciplined",
    "finding",
    "in_force",
    "policy",
    "sit",
]
