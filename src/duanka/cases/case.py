"""Cases (案件): alerts of one network or holder, worked in order of expected harm, closed by two people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from duanka.cases.ids import card, derived
from duanka.cases.order_terms import Finding, iso, regime_at
from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.store.ledger_rows import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duanka.policy.dated import Policy
    from duanka.store.chain import Link
    from duanka.store.ledger_desk import Desk

MOVES = {
    "new": ("assigned",),
    "assigned": ("assigned", "in_review"),
    "in_review": ("in_review", "assigned", "awaiting_second", "closed"),
    "awaiting_second": ("closed", "in_review"),
    "closed": ("in_review",),
}
"""From which state a case may go where."""
OUTCOMES = ("suspicion_stays", "no_suspicion", "victim", "passed_to_police", "duplicate")
"""How a case may end; none of them calls anybody guilty."""
WORKERS = ("analyst", "officer", "reviewer", "lead_officer")


@dataclass(frozen=True)
class Alerts:
    """The findings that belong to one case, and what they hang together by.

    Columns: `by` network, holder or card; `group_id` which one; `at_stake_fen` money traced to these
        cards and not yet gone.
    """

    by: str
    group_id: str
    findings: tuple[Finding, ...]
    at_stake_fen: int = 0


def open_case(desk: Desk, alerts: Alerts, policy: Policy) -> Record:
    """The case of these alerts: made, or the one that is there with what is new added.

    Raises: BadInput without findings.
    """
    if not alerts.findings:
        raise BadInput("a case without findings", where=alerts.group_id, fix="give findings")
    first = alerts.findings[0]
    case_id = case_of(alerts)
    told = [_told(one) for one in alerts.findings]
    if desk.has("case", case_id):
        return _with_news(desk, desk.get("case", case_id), told, alerts, policy)
    regime = regime_at(policy, desk.at)
    body = {
        "by": alerts.by,
        "group_id": alerts.group_id,
        "cards": told,
        "at_stake_fen": alerts.at_stake_fen,
        "opened_at": iso(desk.at),
        "files": [],
    }
    made = Record(
        "case",
        case_id,
        first.institution_id,
        first.region_code,
        "new",
        body,
        about=f"{alerts.by}:{alerts.group_id}",
        due_at=desk.at + timedelta(days=regime.number("review.within_days")),
        weight=harm(alerts, regime.number("review.harm_per_card_fen")),
    )
    return desk.write(made, act="open")


def case_of(alerts: Alerts) -> str:
    """The id of the case that these alerts belong to; each institution has its own."""
    return derived("c", alerts.by, alerts.group_id, alerts.findings[0].institution_id)


def harm(alerts: Alerts, per_card_fen: float) -> int:
    """The harm expected if nothing is done: each card's chance times what a card may do, and money at stake.

    Units: fen.
    """
    return int(sum(one.score for one in alerts.findings) * per_card_fen) + alerts.at_stake_fen


def assign(desk: Desk, case: Record, user_id: str) -> Record:
    """The case, given to somebody."""
    return _move(desk, replace(case, assigned_to=user_id), "assigned", act="assign")


def take_up(desk: Desk, case: Record) -> Record:
    """The case, being looked at by whom it was given to.

    Raises: NotAllowed for anybody else.
    """
    if case.assigned_to != desk.viewer.user_id:
        raise NotAllowed("the case is with somebody else", where=case.id, fix="have it assigned")
    return _move(desk, case, "in_review", act="take_up")


def note(desk: Desk, case: Record, words: str) -> Record:
    """The case with a note more; notes are sealed, as they may name people."""
    before = desk.look("case", case.id).personal or {}
    line = {"at": iso(desk.at), "by": desk.viewer.user_id, "words": words}
    notes = [*before.get("notes", []), line]
    return desk.write(case, act="note", personal={**before, "notes": notes})


def attach(desk: Desk, case: Record, name: str, sha256: str) -> Record:
    """The case with a file more, by its name and digest; the file itself lies elsewhere.

    Raises: BadInput if the digest is none.
    """
    if len(sha256) != 64:
        raise BadInput("no SHA-256", where=name, fix="give the 64 hexadecimal digits")
    files = [*case.body["files"], {"name": name, "sha256": sha256, "at": iso(desk.at)}]
    return desk.write(case.but(None, files=files), act="attach")


def conclude(desk: Desk, case: Record, outcome: str, policy: Policy, *, because: str) -> Record:
    """The case with a conclusion: closed, or waiting for a second person where policy asks for one.

    Raises: BadInput if the outcome is none or has no reason; NotAllowed without a role for it.
    """
    if outcome not in OUTCOMES or not because.strip():
        raise BadInput(
            f"a case cannot end as {outcome!r} like this",
            where=case.id,
            fix=f"use one of {', '.join(OUTCOMES)} and say why",
        )
    told = {"outcome": outcome, "because": because, "concluded_by": desk.viewer.user_id}
    two = bool(regime_at(policy, desk.at)["review.four_eyes"])
    state = "awaiting_second" if two else "closed"
    return _move(desk, case.but(None, **told), state, act="conclude")


def confirm(desk: Desk, case: Record, *, agree: str, because: str = "") -> Record:
    """The case closed by a second person, or sent back; `agree` is yes or no.

    Raises: NotAllowed for the person who concluded it; Conflict if it does not wait for a second.
    """
    if case.state != "awaiting_second":
        raise Conflict(f"the case is {case.state}", where=case.id, fix="look at it again")
    if desk.viewer.user_id == case.body["concluded_by"]:
        raise NotAllowed("four eyes: not your own", where=case.id, fix="ask a second person")
    state = "closed" if agree == "yes" else "in_review"
    told = case.but(None, confirmed_by=desk.viewer.user_id, confirmed_because=because)
    return _move(desk, told, state, act="confirm" if agree == "yes" else "send_back")


def timeline(desk: Desk, case: Record) -> list[Link]:
    """Everything that happened to the case, in order."""
    return desk.history("case", case.id)


def _move(desk: Desk, case: Record, state: str, *, act: str) -> Record:
    if not desk.viewer.has(*WORKERS):
        raise NotAllowed("this role works no cases", where=case.id, fix="ask an analyst")
    if state not in MOVES[case.state]:
        raise Conflict(f"a case cannot go from {case.state} to {state}", where=case.id)
    closed = state == "closed"
    after = replace(case, state=state, is_open=not closed, due_at=None if closed else case.due_at)
    return desk.write(after, act=act)


def _told(one: Finding) -> dict[str, Any]:
    return {
        "card": card(one.card_kind, one.card_id),
        "tier": one.tier,
        "score": one.score,
        "measure": one.measure,
        "because": one.because,
        "reasons": list(one.reasons),
        "as_of": one.as_of,
        "holder_id": one.holder_id,
        "model_version": one.model_version,
        "policy_version": one.policy_version,
    }


def _with_news(
    desk: Desk, case: Record, told: Sequence[Mapping[str, Any]], alerts: Alerts, policy: Policy
) -> Record:
    """The case with cards that were not in it; a closed case is looked at again for them."""
    known = {(one["card"], one["as_of"]) for one in case.body["cards"]}
    fresh = [one for one in told if (one["card"], one["as_of"]) not in known]
    if not fresh:
        return case
    regime = regime_at(policy, desk.at)
    cards = {one["card"]: one for one in [*case.body["cards"], *fresh]}
    state = "in_review" if case.state in {"closed", "awaiting_second"} else case.state
    after = replace(
        case.but(state, cards=list(cards.values()), at_stake_fen=alerts.at_stake_fen),
        weight=harm(alerts, regime.number("review.harm_per_card_fen")),
        due_at=desk.at + timedelta(days=regime.number("review.within_days")),
        is_open=True,
    )
    return desk.write(after, act="add")
