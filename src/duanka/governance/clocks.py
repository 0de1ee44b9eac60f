"""Whose turn a matter is in each of its states, and by which term of policy it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from duanka.policy.dated import Regime

_OFFICE, _UNIT = "office", "unit"
_NOTICE, _REVIEW, _INSPECT = "matters.notice_days", "matters.review_days", "matters.inspect_days"

TURNS: dict[str, dict[str, tuple[str, str]]] = {
    "penalty": {
        "proposed": (_OFFICE, _NOTICE),
        "noticed": (_UNIT, "listings.reply_days"),
        "hearing": (_OFFICE, "matters.hearing_days"),
        "heard": (_OFFICE, "matters.decide_days"),
        "decided": (_OFFICE, "matters.serve_days"),
        "executed": (_UNIT, "listings.rectify_days"),
    },
    "listing": {
        "proposed": (_OFFICE, _NOTICE),
        "noticed": (_UNIT, "listings.reply_days"),
        "objected": (_OFFICE, _REVIEW),
        "in_force": (_UNIT, "listings.rectify_days"),
        "reviewed": (_OFFICE, _REVIEW),
        "escalated": (_UNIT, "listings.rectify_days"),
    },
    "inspection": {
        "planned": (_OFFICE, _INSPECT),
        "begun": (_OFFICE, _INSPECT),
        "found": (_OFFICE, _REVIEW),
        "rectifying": (_UNIT, "listings.rectify_days"),
    },
    "rectification": {
        "given": (_UNIT, "listings.rectify_days"),
        "handed_in": (_OFFICE, _REVIEW),
        "returned": (_UNIT, _REVIEW),
        "accepted": (_OFFICE, _REVIEW),
    },
    "exposure": {
        "proposed": (_OFFICE, _NOTICE),
        "checked": (_OFFICE, _NOTICE),
        "published": (_OFFICE, "listings.exposure_days"),
    },
    "insider": {
        "proposed": (_OFFICE, _NOTICE),
        "asked": (_UNIT, "matters.reply_days"),
        "replied": (_OFFICE, _REVIEW),
        "unanswered": (_OFFICE, _REVIEW),
        "audited": (_OFFICE, _REVIEW),
    },
}
"""For every state that is no end: whose turn it is, and the parameter that says in how many days."""


@dataclass(frozen=True)
class Turn:
    """Who is accountable for the next step (the office or the unit), and until when."""

    whose: str
    due_at: datetime | None


def turn(kind: str, state: str, regime: Regime, *, now: datetime) -> Turn:
    """Whose turn a matter is that came into the state now; an end is the office's, without a deadline."""
    if state not in TURNS[kind]:
        return Turn(_OFFICE, None)
    whose, days = TURNS[kind][state]
    return Turn(whose, now + timedelta(days=regime.number(days)))


def ends_at(
    kind: str, state: str, listing: str, regime: Regime, *, now: datetime
) -> datetime | None:
    """When what came into force now ends by itself; None where nothing is in force.

    Suspended openings end after the longest term, a listing unless it is decided anew, an exposure when
    its time is over.
    """
    if kind == "penalty" and state == "executed" and listing == "suspend_openings":
        return now + timedelta(days=30 * regime.number("listings.suspend_openings_months"))
    if kind == "listing" and state in {"in_force", "escalated"}:
        return now + timedelta(days=regime.number("matters.longest_days"))
    if kind == "exposure" and state == "published":
        return now + timedelta(days=regime.number("listings.exposure_days"))
    return None
