"""Proposals and people for the tests of matters in the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from desks import at, policy, sit
from duanka.governance.docket import Proposal, propose
from duanka.governance.docket_steps import Action, Paper, step
from duanka.governance.matter import NEEDED
from duanka.store.ledger import SYSTEM, Viewer

if TYPE_CHECKING:
    from duanka.store.ledger import Ledger, Record

EVERY = ("*",)
CLERK = Viewer("gov", ("governance",), EVERY, EVERY)
CHIEF = Viewer("chief", ("lead_officer",), EVERY, EVERY)
AUDITOR = Viewer("aud", ("auditor",), EVERY, EVERY)
UNIT = Viewer("unit", ("unit",), ("bank_1",), EVERY)
FIGURES = {"counted_new": "12", "expected_new": "2.5", "lower_ratio": "1.9", "tail_share": "0.0001"}
LISTED = Proposal(
    "listing", "outlet", "o-1", "bank_1", "990101", "rectification", "2026-05", "rate_high",
    "银发〔2016〕261号", FIGURES, unit_name="某支行",
)  # fmt: skip
PENALTY = replace(LISTED, kind="penalty", listing="suspend_openings")
STAFF = replace(
    LISTED, kind="insider", unit_kind="staff", unit_id="s-1", listing="refer", unit_name="",
    figures=FIGURES | {"outlet_id": "o-1"},
)  # fmt: skip
NONE_MADE = Paper("statement", "none")


def proposed(book: Ledger, said: Proposal = LISTED, days: float = 0) -> Record:
    with sit(book, SYSTEM, at(days)) as desk:
        return propose(desk, said, policy())


def papers(kind: str, to: str) -> tuple[Paper, ...]:
    """Every paper that the step needs."""
    return tuple(Paper(name, f"{name} 见附件") for name in NEEDED.get((kind, to), ()))


def go(book: Ledger, one: Record, to: str, days: float, who: Viewer = CLERK, **more: Any) -> Record:
    """A step with all its papers, unless others are given."""
    given = more.get("papers", papers(one.body["kind"], to))
    with sit(book, who, at(days)) as desk:
        return step(desk, desk.get(one.kind, one.id), Action(to, given), policy())
