"""What the law of the day of an act says of discipline (惩戒): how long, which measures, what stays, who may recognise.

An act is judged by the regime of its own day: 2016 and 2019 five years, from December 2024 three and two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from duanka.cases.order_terms import SHANGHAI
from duanka.errors import BadInput

if TYPE_CHECKING:
    from duanka.cases.order_police import Document
    from duanka.policy.dated import Policy, Regime

GROUNDS = ("recognised", "recognised_below_counts", "punished")
"""Recognised by police; recognised by police of a province below the counts; punished by a court."""
_LEVELS = ("county", "prefecture", "provincial", "ministry")
_COURT = "court"
_OWN_END = {"no_new_account": "discipline.no_new_account_years"}
"""Measures that may end before the rest."""
_TERM = "discipline.recognised_term_years"


@dataclass(frozen=True)
class Decision:
    """What an authority decided of a person: its document and level, why, when the act was and when it was decided.

    Columns: `level` county, prefecture, provincial, ministry or court; `ground` one of GROUNDS.
    """

    person_id: str
    document: Document
    level: str
    ground: str
    act_on: date
    decided_on: date


@dataclass(frozen=True)
class Terms:
    """What discipline has by the law of the day of the act; each measure with the day on which it ends."""

    legal_basis: str
    starts_at: datetime
    expires_at: datetime
    measures: tuple[tuple[str, datetime], ...]
    kept: tuple[str, ...]
    longest_years: int | None


def terms(decision: Decision, policy: Policy) -> Terms:
    """The terms of the decision, counted from the day on which it was decided.

    Raises: BadInput if no discipline was known on the day of the act, the level may not recognise, or
        the decision is older than the act.
    Source: 六部门2016年9月通告; 银发〔2016〕261号; 银发〔2019〕85号; 联合惩戒办法（2024年12月1日施行）.
    """
    regime = policy.at(decision.act_on)
    if not regime.has(_TERM):
        raise _fault(decision, f"no discipline was known on {decision.act_on}", "see the act's day")
    if decision.decided_on < decision.act_on:
        raise _fault(decision, "it was decided before the act", "see both days in the document")
    _may_recognise(decision, regime)
    punished = decision.ground == "punished" and regime.has("discipline.punished_term_years")
    name = "punished" if punished else "recognised"
    years = int(regime.number(f"discipline.{name}_term_years"))
    starts = datetime.combine(decision.decided_on, time(), SHANGHAI)
    expires = years_after(starts, years)
    measures = [
        (one, _ends(one, starts, expires, regime))
        for one in regime.words(f"discipline.{name}_measures")
        if one not in _OWN_END or regime.has(_OWN_END[one])
    ]
    longest = "discipline.longest_term_years"
    return Terms(
        legal_basis=_basis(regime, f"discipline.{name}_term_years"),
        starts_at=starts,
        expires_at=expires,
        measures=tuple(measures),
        kept=regime.words("discipline.kept"),
        longest_years=int(regime.number(longest)) if regime.has(longest) else None,
    )


def years_after(at: datetime, years: int) -> datetime:
    """The same day so many years later; of 29 February in other years the 28th.

    Example:
        >>> years_after(datetime(2024, 2, 29), 2)
        datetime.datetime(2026, 2, 28, 0, 0)
    """
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return (at - timedelta(days=1)).replace(year=at.year + years)


def _ends(measure: str, starts: datetime, expires: datetime, regime: Regime) -> datetime:
    if measure not in _OWN_END:
        return expires
    return min(expires, years_after(starts, int(regime.number(_OWN_END[measure]))))


def _basis(regime: Regime, name: str) -> str:
    """The rule that gives the term, and the one that says who may recognise."""
    told = [regime.parameter(one).reference for one in (name, "discipline.recognising_level")]
    return "；".join(dict.fromkeys(told))


def _may_recognise(decision: Decision, regime: Regime) -> None:
    """Nothing, if an authority of this level may decide it.

    Source: 反电信网络诈骗法 第三十一条; 联合惩戒办法 第三条.
    """
    if decision.ground not in GROUNDS:
        raise _fault(decision, f"no ground {decision.ground}", f"use one of {', '.join(GROUNDS)}")
    if decision.ground == "punished":
        if decision.level != _COURT:
            raise _fault(decision, "only a court punishes", "give the judgment")
        return
    below = decision.ground == "recognised_below_counts"
    name = "discipline.below_count_level" if below else "discipline.recognising_level"
    if not regime.has(name):
        raise _fault(decision, f"the law of {decision.act_on} knows no such ground", "see the day")
    least = str(regime[name])
    if decision.level not in _LEVELS or _LEVELS.index(decision.level) < _LEVELS.index(least):
        raise _fault(
            decision,
            f"police of the level {decision.level} may not recognise this",
            f"it takes {least} or above; ask for their decision",
        )


def _fault(decision: Decision, what: str, fix: str) -> BadInput:
    return BadInput(what, where=f"decision {decision.document.number}", fix=fix)
