"""Who may decide an order, and what must have come before it: the milder measure, a verification, a second SIM."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from duanka.cases import order_wall
from duanka.cases.ids import card
from duanka.cases.order_terms import Finding, instant
from duanka.errors import NotAllowed
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from duanka.policy.dated import Regime
    from duanka.store.ledger_desk import Desk
    from duanka.store.ledger_rows import Record

DECIDERS = ("officer", "reviewer", "lead_officer")
"""Roles whose holders may decide orders."""
CUTS_A_SIM = ("restrict", "suspend", "close")
_FAILED = ("failed", "no_answer")


def for_police(measure: str) -> NotAllowed:
    """The refusal of a measure that only the police may decide."""
    return NotAllowed(
        f"{measure} is for the police to decide",
        where=measure,
        fix="record the authority's document, or propose a measure of the institution",
    )


def may_propose(desk: Desk, finding: Finding, measure: str, regime: Regime) -> None:
    """Nothing, if what must come before the measure has come.

    Raises: NotAllowed if the card was cleared, a SIM was not verified again first (反电信网络诈骗法
        第十一条), or a card that is not suspended is to be closed.
    """
    if finding.because == "implicated":
        return
    about = card(finding.card_kind, finding.card_id)
    _not_cleared(desk, about, regime.number("labels.cleared_protection_days"))
    if finding.card_kind == "sim" and measure in CUTS_A_SIM:
        asked = Wanted("reverification", states=_FAILED, about=about)
        if not desk.find(asked, limit=1):
            raise NotAllowed(
                "a SIM is verified again before it is limited",
                where=about,
                fix="ask the holder to verify the identity again first",
            )
    if measure == "close":
        standing = desk.find(Wanted("order", states=("in_force",), about=about))
        if not any(one.body["measure"] == "suspend" for one in standing):
            raise NotAllowed(
                "a card is suspended before it is closed",
                where=about,
                fix="propose a suspension; closing is the last step",
            )


def may_decide(desk: Desk, order: Record) -> None:
    """Nothing, if the viewer may decide this order.

    Raises: NotAllowed for the system, the proposer, and who has decided already.
    """
    viewer = desk.viewer
    if viewer.has("system") or not viewer.has(*DECIDERS):
        raise NotAllowed(
            "this takes a person who may decide", where=order.id, fix="ask an officer or reviewer"
        )
    if viewer.user_id in {order.body["proposed_by"], *order.body["decided_by"]}:
        raise NotAllowed(
            "nobody decides twice, or on their own proposal",
            where=order.id,
            fix="ask a second person",
        )


def _not_cleared(desk: Desk, about: str, days: float) -> None:
    """Nothing; a score may not undo what an appeal found, as long as the card is protected."""
    since = desk.at - timedelta(days=days)
    for label in desk.find(Wanted("label", states=("known",), about=about)):
        if not label.body["implicated"] and instant(label.body["known_at"]) > since:
            raise NotAllowed(
                "an appeal cleared this card",
                where=about,
                fix="leave it alone, or record what the police found since",
            )


def leaves_one_sim(desk: Desk, order: Record, regime: Regime) -> None:
    """Nothing, unless the order would cut a SIM that is not implicated and leave its holder without one.

    Raises: NotAllowed if too few would be left, or it is not known how many there are.
    """
    cuts = order.about.startswith("sim:") and order.body["measure"] in CUTS_A_SIM
    if not cuts or order.body["because"] == "implicated":
        return
    others = order.body["other_sims"]
    free = [one for one in others or () if not _cut(desk, card("sim", one))]
    if len(free) < regime.number("sim_measures.kept_sims"):
        what = "would be left without a SIM" if others is not None else "may have no other SIM"
        raise NotAllowed(
            f"the holder {what}",
            where=order.id,
            fix="choose a measure that leaves calls, or name the holder's other SIMs",
        )


def _cut(desk: Desk, about: str) -> bool:
    found = desk.find(Wanted("order", states=("in_force", "decided", "proposed"), about=about))
    return any(one.body["measure"] in (*CUTS_A_SIM, *order_wall.OF_POLICE) for one in found)
