"""Answers to transfers and calls about which nothing is known but their score: most of all there are.

Nothing is decided here that `concluding` would decide otherwise: where a card stands under an order, was
confirmed or carries reported money, and wherever a rule says anything but allow, it is asked instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from duanka.intercept.answers import Answer
from duanka.intercept.concluding import Facts
from duanka.policy import decide_one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duanka.intercept.events import Event
    from duanka.intercept.known import Known
    from duanka.intercept.scoring import Found
    from duanka.intercept.terms import Terms
    from duanka.policy.decide_one import Outcome
    from duanka.policy.ordinary import Ordinary

_SIDES = {
    "transfer": ("account", "payer_id", "payee_id"),
    "call": ("sim", "caller_id", "callee_id"),
}


class Run(NamedTuple):
    """What the events of a run have in common."""

    terms: Terms
    kind: str
    ordinary: Ordinary
    cold: bool
    version: str


Band = tuple[int, int]


def run_of(known: Known, terms: Terms, events: Sequence[Event], version: str) -> Run | None:
    """What the run's events have in common; None where they are to be concluded one by one.

    That is so for applications, and for a run that brings a new day: the door knows its customers for one
    day more from then on.
    """
    kind = events[0].kind
    if kind not in _SIDES or known.acquaintance.is_new_day(kind, events[-1].at):
        return None
    cold = known.acquaintance.days(kind) < terms.cold_days
    return Run(terms, kind, terms.ordinary[kind], cold, version)


def bands(run: Run, events: Sequence[Event], found: Sequence[Found]) -> list[Band]:
    """Between which lines of the rules each event's score and amount stand."""
    scores = np.array([one.score for one in found])
    amounts = np.array([event.row.get("amount_fen", 0) for event in events], dtype=np.float64)
    return run.ordinary.bands(scores, amounts)


def allowed(
    known: Known, run: Run, event: Event, what: Found, band: Band
) -> tuple[Answer, Facts] | None:
    """The answer to an event that the rules let pass, and what was known of it; None for any other.

    Nothing more need be told of such an event: its day was seen before, and no reported money moves.
    """
    row, terms = event.row, run.terms
    card_kind, one, other = _SIDES[run.kind]
    if known.is_marked(card_kind, row[one]) or known.is_marked(card_kind, row[other]):
        return None
    facts: dict[str, object]
    if run.kind == "transfer":
        memo = row["memo_kind"]
        protected = memo in terms.rules.protected_kinds
        facts = {"amount_fen": row["amount_fen"], "memo_kind": memo, "implicated": False}
    else:
        protected = row[other] in terms.always_connected
        facts = {"protected": protected, "implicated": False}
    enough = decide_one.enough(what.families, terms.rules.event_families)
    key = (*band, protected, enough)
    said = run.ordinary.said.get(key)
    if said is None:
        said = run.ordinary.learn(key, score=what.score, amount_fen=row.get("amount_fen"))
    if said.then != "allow":
        return None
    return _answer(run, event, what, said), Facts(facts, cold=run.cold)


def _answer(run: Run, event: Event, what: Found, said: Outcome) -> Answer:
    reasons = what.reasons
    if reasons or said.fact:
        reasons = decide_one.told(said, reasons).reasons
    zh, en = run.terms.after["allow"]
    return Answer(
        run.kind,
        event.event_id,
        "allow",
        what.score,
        said.because,
        reasons,
        said.legal_basis,
        said.authority,
        said.review,
        zh,
        en,
        cold=run.cold,
        model_version=run.version,
        policy_version=run.terms.rules.version,
    )
