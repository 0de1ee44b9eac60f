"""What a score, the facts and the orders in force come to for one event: its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from duanka.intercept.answers import Answer
from duanka.intercept.orders import at_least
from duanka.policy import decide_one
from duanka.policy.decide_one import Decided

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.intercept.disciplined import Stands
    from duanka.intercept.events import Event
    from duanka.intercept.known import Known
    from duanka.intercept.orders import Ordered
    from duanka.intercept.scoring import Found
    from duanka.intercept.terms import Terms

_HELD_BACK = {"delay_settlement", "restrict", "suspend"}
_REDUCED = "reduced_functions"
_ASKED_FIRST = {"verify_transaction", "delay_settlement"}


class Seen(NamedTuple):
    """What a model saw in an event, whether it came late, and which model."""

    found: Found
    late: bool
    model_version: str


class Facts(NamedTuple):
    """What was known of an event besides its vector, as of its instant.

    Columns: `asked` what the policy's tables read; `ordered` the strictest order in force; `tainted_fen`
        how much of a transfer is reported money; `cold` whether the door has known its customers for too
        short a time to stop anybody by a score; `barred` the discipline that bars an application.
    """

    asked: Mapping[str, Any]
    ordered: Ordered | None = None
    tainted_fen: int = 0
    cold: bool = False
    barred: Stands | None = None


def facts_of(known: Known, terms: Terms, event: Event) -> Facts:
    """What was known of an event besides its vector, as of its instant."""
    row, at = event.row, event.at
    if event.kind == "opening":
        held = known.holdings.facts(row, terms.windows_us)
        barred = known.disciplined.barring(
            row["applicant_id"], held["asked_kind"], at, terms.rules.regime
        )
        return Facts({**held, "disciplined": barred is not None}, barred=barred)
    implicated = known.confirmed.implicated
    cold = known.acquaintance.days(event.kind) < terms.cold_days
    if event.kind == "call":
        asked = {
            "protected": _protected(terms, event),
            "implicated": implicated("sim", row["caller_id"], at),
        }
        return Facts(asked, _ordered(known, terms, event), cold=cold)
    sides = (row["payer_id"], row["payee_id"])
    asked = {
        "amount_fen": row["amount_fen"],
        "memo_kind": row["memo_kind"],
        "implicated": any(implicated("account", side, at) for side in sides),
    }
    return Facts(asked, _ordered(known, terms, event), known.tainted.part(row), cold)


def conclude(terms: Terms, event: Event, facts: Facts, seen: Seen) -> Answer:
    """The answer to an event whose score is known."""
    found = seen.found
    asked = {"score": found.score, "families": found.families, "reasons": found.reasons}
    if event.kind == "opening":
        card_kind = event.row["card_kind"]
        decided = decide_one.advise_opening(terms.rules, card_kind, {**facts.asked, **asked})
        if facts.barred is not None and decided.because == "disciplined":
            decided = decided._replace(legal_basis=facts.barred.told)
    else:
        decided = decide_one.answer_event(terms.rules, event.kind, {**facts.asked, **asked})
        if facts.cold and decided.then != "allow" and not facts.asked["implicated"]:
            decided = _while_cold(terms, event, decided)
    return _answer(terms, event, facts, _with_order(facts.ordered, decided), seen)


def _while_cold(terms: Terms, event: Event, decided: Decided) -> Decided:
    """What is left of an answer by score where the door is new to everybody: a look, and no stop."""
    case = {
        "event_kind": event.kind,
        "protected": _protected(terms, event),
        "by_score": decided.then,
    }
    kind = "account" if event.kind == "transfer" else "sim"
    milder = decide_one.told(terms.rules.outcome("intercept_cold", kind, case), decided.reasons)
    return milder._replace(review="person")


def timed_out(terms: Terms, event: Event, facts: Facts) -> Answer:
    """The policy's answer where no score is to be had; what is known without one still counts."""
    if event.kind == "opening":
        law = terms.rules.law(terms.timed_out_advice, event.row["card_kind"])
        decided = Decided(terms.timed_out_advice, "timed_out", ("timed_out",), *law, None)
    elif facts.asked["implicated"]:
        blind = {"score": 0.0, "families": (), "reasons": ()}
        decided = decide_one.answer_event(terms.rules, event.kind, {**facts.asked, **blind})
    else:
        decided = _by_amount(terms, event)
    said = _answer(terms, event, facts, _with_order(facts.ordered, decided), None)
    # let through unseen or held unseen: a person looks at it afterwards either way
    return msgspec.structs.replace(said, timed_out=True, review="person")


def _by_amount(terms: Terms, event: Event) -> Decided:
    case = {
        "event_kind": event.kind,
        "protected": _protected(terms, event),
        "amount_fen": event.row.get("amount_fen") or 0,
    }
    kind = "account" if event.kind == "transfer" else "sim"
    return decide_one.told(terms.rules.outcome("intercept_timeout", kind, case), ())


def _protected(terms: Terms, event: Event) -> bool:
    if event.kind == "transfer":
        return event.row["memo_kind"] in terms.rules.protected_kinds
    return event.row["callee_id"] in terms.always_connected


def _ordered(known: Known, terms: Terms, event: Event) -> Ordered | None:
    if not known.orders.any:
        return None
    row = event.row
    asked = {"at": event.at, "protected": _protected(terms, event)}
    if event.kind == "transfer":
        asked["at_counter"] = row["channel"] == "counter"
        sides = {"payer": f"account\0{row['payer_id']}", "payee": f"account\0{row['payee_id']}"}
    else:
        sides = {"caller": f"sim\0{row['caller_id']}", "callee": f"sim\0{row['callee_id']}"}
    return known.orders.answer(terms.rules, asked, f"intercept_order_{event.kind}", sides)


def _with_order(ordered: Ordered | None, decided: Decided) -> Decided:
    """The stricter of what was decided and what an order in force demands."""
    if ordered is None or not at_least(ordered.outcome.then, decided.then):
        return decided
    told = decide_one.told(ordered.outcome, decided.reasons)
    return told._replace(legal_basis=ordered.order.legal_basis or told.legal_basis)


def _answer(
    terms: Terms, event: Event, facts: Facts, decided: Decided, seen: Seen | None
) -> Answer:
    zh, en = terms.after[decided.then]
    held, steps = None, _steps(terms, event, decided)
    if _REDUCED in steps:
        more = terms.reduced[event.row["card_kind"]]
        zh, en = f"{zh}{more[0]}", f"{en} {more[1]}"
    if event.kind == "transfer" and decided.then in _HELD_BACK:
        part = facts.tainted_fen if terms.hold_only_tainted else 0
        held = part or event.row["amount_fen"]
    return Answer(
        event_kind=event.kind,
        event_id=event.event_id,
        answer=decided.then,
        score=None if seen is None else seen.found.score,
        because=decided.because,
        reasons=decided.reasons,
        legal_basis=decided.legal_basis,
        authority=decided.authority,
        review=decided.review,
        next_zh=zh,
        next_en=en,
        held_fen=held,
        steps=steps,
        wait_s=terms.wait_s if "cooling_off" in steps else None,
        late=seen is not None and seen.late,
        cold=facts.cold,
        model_version="" if seen is None else seen.model_version,
        policy_version=terms.rules.version,
    )


def _steps(terms: Terms, event: Event, decided: Decided) -> tuple[str, ...]:
    then = decided.then
    if then == "check_further" and decided.because in terms.reduced_after:
        return (_REDUCED,)
    if then not in _ASKED_FIRST or event.kind != "transfer":
        return ()
    amount = event.row["amount_fen"]
    cools = ("cooling_off",) if amount >= terms.cooling_off_from_fen else ()
    return (*cools, "call_back") if amount >= terms.call_back_from_fen else cools
