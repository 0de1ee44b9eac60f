"""Findings, desks and small moves for the tests of the cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from duanka.cases import order
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


__all__ = ["ANALYST", "FOUND", "SIM", "at", "finding", "in_force", "policy", "sit"]
