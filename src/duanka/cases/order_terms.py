"""What policy says of a measure on a day: who decides, how long, by which article, and what stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from duanka.errors import BadInput

if TYPE_CHECKING:
    from duanka.policy.dated import Policy, Regime

SHANGHAI = ZoneInfo("Asia/Shanghai")
_MONTH_DAYS = 30


@dataclass(frozen=True)
class Finding:
    """What was found about a card and which measure policy says fits, as a run or a lead has it.

    Columns: `other_sims` the holder's other SIMs in use that are not implicated, None if not known.
    """

    card_kind: str
    card_id: str
    institution_id: str
    region_code: str
    measure: str
    because: str
    reasons: tuple[str, ...]
    as_of: str
    policy_version: str
    legal_basis: str = ""
    tier: str = ""
    score: float = 0.0
    model_version: str = ""
    holder_id: str = ""
    network_id: str = ""
    other_sims: tuple[str, ...] | None = None
    note: str = ""


@dataclass(frozen=True)
class Terms:
    """What an order of the measure has by policy."""

    measure: str
    mildness: int
    authority: str
    legal_basis: str
    lasts: timedelta
    review_after: timedelta
    kept: tuple[str, ...]
    appeal_path: str


def day_of(at: datetime) -> date:
    """The calendar day in China on which the instant falls."""
    return at.astimezone(SHANGHAI).date()


def regime_at(policy: Policy, at: datetime) -> Regime:
    """The rules in force at the instant."""
    return policy.at(day_of(at))


def graded(regime: Regime, measure: str, card_kind: str) -> str:
    """The grade at which an account is restricted; every other measure is its own grade."""
    if measure == "restrict" and card_kind == "account" and regime.has("measures.restrict_grade"):
        return str(regime["measures.restrict_grade"])
    return measure


def terms(regime: Regime, measure: str, card_kind: str) -> Terms:
    """The terms of the measure for cards of the kind on the regime's day.

    Raises: BadInput if the law of the day does not know it for such cards; BadPolicy.
    """
    name = graded(regime, measure, card_kind)
    known = {one.name: one for one in regime.measures(card_kind)}
    if name not in known or name == "allow":
        raise BadInput(
            f"{name} is no measure for an {card_kind} on {regime.day}",
            where="policy",
            fix=f"choose one of {', '.join(n for n in known if n != 'allow')}",
        )
    lasts = _lasts(regime, name)
    share = regime.number("review.order_review_share")
    kept = "protected_payments.memo_kinds" if card_kind == "account" else "notices.sim_keeps"
    channels = regime.words("notices.appeal_channels")
    return Terms(
        measure=name,
        mildness=known[name].mildness,
        authority=known[name].authority,
        legal_basis=known[name].articles[card_kind],
        lasts=lasts,
        review_after=lasts * share,
        kept=regime.words(kept),
        appeal_path=", ".join(channels),
    )


def _lasts(regime: Regime, measure: str) -> timedelta:
    if measure == "stop_payment":
        return timedelta(hours=regime.number("leads.stop_payment_hours"))
    if measure == "freeze":
        return timedelta(days=regime.number("leads.freeze_months") * _MONTH_DAYS)
    days = regime.expires_days(measure)
    if days is None:
        raise BadInput(
            f"{measure} has no term", where="policy", fix="an order without end is not written"
        )
    return timedelta(days=days)


def iso(at: datetime) -> str:
    """The instant as records tell it: China's own time with its offset.

    Example:
        >>> from datetime import UTC
        >>> iso(datetime(2026, 6, 1, 4, tzinfo=UTC))
        '2026-06-01T12:00:00+08:00'
    """
    return at.astimezone(SHANGHAI).isoformat()


def instant(told: Any) -> datetime:
    """The instant that a record tells.

    Example:
        >>> instant("2026-06-01T12:00:00+08:00").hour
        12
    """
    return datetime.fromisoformat(str(told))
