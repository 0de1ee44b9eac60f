"""Verification again (重新核验): asked, passed, failed, not answered, or made up for later; and clean-up campaigns.

Source: 银发〔2016〕261号 (three days for the holder's other accounts); 反电信网络诈骗法 第十一条、第十八条.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from duanka.cases import notice, order
from duanka.cases.ids import card, derived
from duanka.cases.order_terms import Finding, iso, regime_at, terms
from duanka.errors import BadInput, Conflict
from duanka.store.ledger_rows import Message, Record
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duanka.policy.dated import Policy
    from duanka.store.ledger_desk import Desk

OUTCOMES = ("passed", "failed", "no_answer", "came_later")
TOLD_APART = ("clean_up", "linked_to_implicated")
"""Causes that come without an order, whose notice would tell the holder."""
_BECAUSE = ("reverification_no_answer", "reverification_failed")


@dataclass(frozen=True)
class Card:
    """A card whose holder is asked, and where it belongs."""

    card_kind: str
    card_id: str
    institution_id: str
    region_code: str
    holder_id: str = ""


def ask(desk: Desk, one: Card, policy: Policy, *, why: str, of_id: str = "") -> Record:
    """The question to the holder of a card, with its clock; asked twice for the same cause it is one.

    `of_id` names the order or campaign that it belongs to.
    """
    about = card(one.card_kind, one.card_id)
    asked_id = derived("r", about, why, of_id)
    if desk.has("reverification", asked_id):
        return desk.get("reverification", asked_id)
    regime = regime_at(policy, desk.at)
    due = desk.at + _given(policy, desk, why, one.card_kind)
    share = regime.number("reverification.remind_after_share")
    body = {
        "why": why,
        "holder_id": one.holder_id,
        "asked_at": iso(desk.at),
        "remind_at": iso(desk.at + (due - desk.at) * share),
        "notice_id": _notice_id(asked_id, why, of_id),
        "legal_basis": terms(regime, "reverify_identity", one.card_kind).legal_basis,
    }
    made = Record(
        "reverification",
        asked_id,
        one.institution_id,
        one.region_code,
        "asked",
        body,
        about=about,
        parent_id=of_id,
        due_at=due,
    )
    kept = desk.write(made, act="ask")
    if why in TOLD_APART:
        basis = str(body["legal_basis"])
        notice.of_reverification(desk, kept, policy, legal_basis=basis, reasons=(why,))
    return kept


def others(desk: Desk, implicated: Record, cards: Iterable[Card], policy: Policy) -> list[Record]:
    """The questions to the holder of an implicated card about their other cards: three days each.

    Raises: BadInput if the order is not about a card that the police found implicated.
    """
    if implicated.body["because"] != "implicated":
        raise BadInput(
            "the card was not found implicated",
            where=implicated.id,
            fix="only what police or court found reaches the holder's other cards",
        )
    mine = [one for one in cards if card(one.card_kind, one.card_id) != implicated.about]
    why = "linked_to_implicated"
    return [ask(desk, one, policy, why=why, of_id=implicated.id) for one in mine]


def answer(desk: Desk, asked: Record, outcome: str, policy: Policy) -> Record:
    """The question answered: passed or failed; passed after the time was over lifts what followed, at once.

    Raises: BadInput for another outcome; Conflict if it was answered before.
    """
    if outcome not in {"passed", "failed"}:
        raise BadInput(f"no outcome {outcome}", where=asked.id, fix="use passed or failed")
    if asked.state not in {"asked", "no_answer", "failed"}:
        raise Conflict(f"it is {asked.state}", where=asked.id, fix="look at it again")
    late = asked.state != "asked"
    state = "came_later" if late and outcome == "passed" else outcome
    told = asked.but(state, answered_at=iso(desk.at), checked_by=desk.viewer.user_id)
    kept = desk.write(replace(told, is_open=False, due_at=None), act="answer")
    if outcome == "passed":
        _lift_what_followed(desk, kept, policy)
    return kept


def no_answer(desk: Desk, asked: Record, policy: Policy) -> Record:
    """The question whose time is over; the measure that follows is proposed, and people decide it.

    Raises: Conflict if its time is not over, or it was answered.
    """
    if asked.state != "asked" or asked.due_at is None or asked.due_at > desk.at:
        raise Conflict("its time is not over", where=asked.id, fix="wait")
    told = asked.but("no_answer", closed_at=iso(desk.at))
    kept = desk.write(replace(told, is_open=False, due_at=None), act="no_answer")
    if asked.body["why"] != "clean_up":  # who misses a clean-up is reminded, not cut off by a clock
        order.propose(desk, _finding(kept, policy), policy)
    return kept


def remind(desk: Desk, asked: Record) -> Record:
    """The question, its holder reminded once.

    Raises: Conflict if it was answered or reminded of before.
    """
    if asked.state != "asked" or asked.body.get("reminded_at"):
        raise Conflict("nothing to remind of", where=asked.id, fix="look at it again")
    kept = desk.write(asked.but(None, reminded_at=iso(desk.at)), act="remind")
    notice_id = asked.body["notice_id"]
    body = {"notice_id": notice_id, "tells": "reverify", "about": asked.about}
    desk.send(Message(f"{asked.id}:remind", "notice", body, "notice", notice_id))
    return kept


def start(desk: Desk, name: str, cards: Iterable[Card], policy: Policy) -> Record:
    """A campaign of clean-up (清理存量): every holder asked once, with a month to answer.

    Raises: BadInput without cards, or with cards of several institutions.
    """
    mine = list(cards)
    campaign = begin(desk, name, mine)
    for one in mine:
        ask(desk, one, policy, why="clean_up", of_id=campaign.id)
    return campaign


def begin(desk: Desk, name: str, cards: Sequence[Card]) -> Record:
    """The campaign of that name, before anybody was asked; the same name twice is one.

    Raises: BadInput without cards, or with cards of several institutions.
    """
    places = {one.institution_id for one in cards}
    if len(places) != 1:
        raise BadInput(
            f"a campaign of {len(places)} institutions",
            where=name,
            fix="give the cards of one institution",
        )
    campaign_id = derived("g", name, *places)
    if desk.has("campaign", campaign_id):
        return desk.get("campaign", campaign_id)
    body = {"name": name, "started_at": iso(desk.at), "cards": len(cards)}
    at = (places.pop(), cards[0].region_code)
    return desk.write(Record("campaign", campaign_id, *at, "running", body), act="start")


def counted(desk: Desk, campaign_id: str) -> dict[str, int]:
    """How many of a campaign's cards were kept, failed, did not answer, came later, or wait."""
    found = Counter({"asked": 0, **dict.fromkeys(OUTCOMES, 0)})
    found.update(desk.count(Wanted("reverification", parent_id=campaign_id)))
    return dict(found)


def _notice_id(asked_id: str, why: str, of_id: str) -> str:
    return derived("n", asked_id, "reverify") if why in TOLD_APART else derived("n", of_id)


def _given(policy: Policy, desk: Desk, why: str, card_kind: str) -> timedelta:
    regime = regime_at(policy, desk.at)
    if why == "linked_to_implicated":
        return timedelta(days=regime.number("leads.reverify_other_accounts_days"))
    if why == "clean_up":
        return timedelta(days=regime.number("reverification.clean_up_days"))
    tier = "high_risk" if why == "high_risk_card" else "suspicious"
    if card_kind == "sim":
        return timedelta(hours=regime.number(f"sim_measures.reverify_{tier}_hours"))
    return timedelta(days=regime.number("measures.reverify_identity_days"))


def _finding(asked: Record, policy: Policy) -> Finding:
    kind, _, card_id = asked.about.partition(":")
    return Finding(
        card_kind=kind,
        card_id=card_id,
        institution_id=asked.institution_id,
        region_code=asked.region_code,
        measure="restrict",
        because="reverification_no_answer",
        reasons=(asked.body["why"], "reverification_no_answer"),
        as_of=asked.body["asked_at"],
        policy_version=policy.version,
        holder_id=asked.body["holder_id"],
    )


def _lift_what_followed(desk: Desk, asked: Record, policy: Policy) -> None:
    """Nothing; orders made because the holder did not answer are over, and proposals of them too."""
    states = ("in_force", "proposed")
    for one in desk.find(Wanted("order", states=states, about=asked.about)):
        if one.body["measure"] == "reverify_identity" or one.body["because"] in _BECAUSE:
            if one.state == "in_force":
                order.lift(desk, one, policy, because="reverification_passed")
            else:
                gone = one.but("dropped", dropped_by=desk.viewer.user_id, dropped_because="passed")
                order.keep(desk, replace(gone, is_open=False, due_at=None), act="drop")
