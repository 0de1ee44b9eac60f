"""Answers to transfers and calls about which nothing is known but their score: most of all there are.

Nothing is decided here that `concluding` would decide otherwise: where a card stands under an order, was
confirmed or carries reported money, and wherever a rule says anything but allow, it is asked instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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
    """What the events of a run have in common; `any_marked` whether anything stands against any card."""

    terms: Terms
    kind: str
    ordinary: Ordinary
    cold: bool
    version: str
    any_marked: bool


def run_of(known: Known, terms: Terms, events: Sequence[Event], version: str) -> Run | None:
    """What the run's events have in common; None where they are to be concluded one by one.

    That is so for applications, and for a run that brings a new day: the door knows its customers for one
    day more from then on.
    """
    kind = events[0].kind
    if kind not in _SIDES or known.acquaintance.is_new_day(kind, events[-1].at):
        return None
    cold = known.acquaintance.days(kind) < terms.cold_days
    return Run(terms, kind, terms.ordinary[kind], cold, version, known.any_marked)


def allowed(known: Known, run: Run, event: Event, what: Found) -> Answer | None:
    """The answer to an event that the rules let pass; None for any other.

    Nothing more need be told of such an event: its day was seen before, and no reported money moves.
    """
    row, terms, ordinary = event.row, run.terms, run.ordinary
    card_kind, one, other = _SIDES[run.kind]
    if run.any_marked and (
        known.is_marked(card_kind, row[one]) or known.is_marked(card_kind, row[other])
    ):
        return None
    if run.kind == "transfer":
        amount, protected = row["amount_fen"], row["memo_kind"] in terms.rules.protected_kinds
    else:
        amount, protected = None, row[other] in terms.always_connected
    families = what.families
    least = terms.rules.event_families
    agree = decide_one.enough(families, least) if families else least <= 0
    key = (*ordinary.band(what.score, amount or 0), protected, agree)
    said = ordinary.said.get(key)
    if said is None:
        said = ordinary.learn(key, score=what.score, amount_fen=amount)
    return _answer(run, event, what, said) if said.then == "allow" else None


def facts_of(run: Run, event: Event) -> Facts:
    """What was known of an event that was let pass here: nothing but itself."""
    row = event.row
    if run.kind == "transfer":
        asked = {"amount_fen": row["amount_fen"], "memo_kind": row["memo_kind"]}
    else:
        asked = {"protected": row[_SIDES[run.kind][2]] in run.terms.always_connected}
    return Facts({**asked, "implicated": False}, cold=run.cold)


def _answer(run: Run, event: Event, what: Found, said: Outcome) -> Answer:
    reasons = what.reasons
    if reasons or said.fact:
        reasons = decide_one.told(said, reasons).reasons
    zh, en = run.terms.after["allow"]
    return Answer(
        run.kind, event.event_id, "allow", what.score, said.because, reasons, said.legal_basis,
        said.authority, said.review, zh, en, None, (), None,
        False, run.cold, False, False,  # in time, judged by a score, for the first time
        run.version, run.terms.rules.version,
    )  # fmt: skip
