"""Discipline (惩戒): recorded from an authority's decision, told in writing, appealed, and ended by itself, completely.

Nobody here decides it: neither a model, nor a rule, nor an officer. Source: 反电信网络诈骗法 第三十一条; 联合惩戒办法.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from duanka.cases import discipline_wall, notice, order_police
from duanka.cases.discipline_terms import Decision, Terms, terms, years_after
from duanka.cases.ids import derived
from duanka.cases.order_terms import instant, iso, regime_at
from duanka.errors import Conflict, NotAllowed
from duanka.store.ledger_rows import Message, Record
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duanka.cases.order_police import Document
    from duanka.policy.dated import Policy
    from duanka.store.ledger_desk import Desk

_BECAUSE = {
    "recognised": "recognised_by_police",
    "recognised_below_counts": "recognised_by_police",
    "punished": "punished_by_court",
}


def record(
    desk: Desk, decision: Decision, policy: Policy, *, institution_id: str, region_code: str
) -> Record:
    """The discipline that the decision orders, in force; the same document twice is one.

    A further decision during a term goes on from it, no longer altogether than the law of its act allows.

    Raises: NotAllowed without the role; BadInput if the document lacks anything or its authority may not
        decide it; Conflict if its term is over.
    """
    order_police.proven(desk, decision.document)
    found = terms(decision, policy)
    about = f"person:{decision.person_id}"
    paper = decision.document
    made_id = derived("d", about, institution_id, paper.issuer, paper.number)
    if desk.has("discipline", made_id):
        return desk.get("discipline", made_id)
    before = [one for one in standing(desk, decision.person_id) if _is_of(one, institution_id)]
    since = min([found.starts_at, *(instant(one.body["continuous_since"]) for one in before)])
    found = _capped(found, since)
    if found.expires_at <= desk.at:
        raise Conflict("its term is over", where=paper.number, fix="there is nothing to carry out")
    body = _body(desk, decision, found, policy) | {
        "continuous_since": iso(since),
        "notice_id": derived("n", made_id, "discipline"),
    }
    made = Record(
        "discipline",
        made_id,
        institution_id,
        region_code,
        "in_force",
        body,
        about=about,
        due_at=found.expires_at,
    )
    kept = _keep(desk, made, act="record")
    _tell(desk, kept)
    notice.of_discipline(desk, kept, policy)
    return kept


def release(desk: Desk, of: Record, document: Document, policy: Policy) -> Record:
    """The discipline lifted, as the authority's document of release says.

    Raises: NotAllowed without the role or the document; Conflict if it is not in force.
    """
    order_police.proven(desk, document)
    _stands(of)
    kept = _keep(desk, of.but(None, released_by=asdict(document)), act="release")
    return lift(desk, kept, policy, because="document_of_authority")


def lift(desk: Desk, of: Record, policy: Policy, *, because: str, words: str = "") -> Record:
    """The discipline lifted, now and completely; `because` must be the authority's document.

    Raises: NotAllowed without it; Conflict if it is not in force.
    """
    if because != "document_of_authority":
        raise NotAllowed(
            "discipline is lifted by the authority's document",
            where=of.id,
            fix="forward the appeal to the authority, and record its answer",
        )
    return _end(desk, of, policy, state="lifted", told={"ended_because": because, "ended_words": words})  # fmt: skip


def expire(desk: Desk, of: Record, policy: Policy) -> Record:
    """The discipline whose term is over, ended completely; nobody has to ask for it.

    Raises: Conflict if it is not in force, or its term is not over.
    """
    if of.due_at is None or of.due_at > desk.at:
        raise Conflict("its term is not over", where=of.id, fix="wait")
    return _end(desk, of, policy, state="expired", told={"ended_because": "term_over"})


def standing(desk: Desk, person_id: str) -> list[Record]:
    """What stands against a person now, also where the nightly job has not come yet to end what is over."""
    wanted = Wanted("discipline", states=("in_force",), about=f"person:{person_id}")
    return [one for one in desk.find(wanted) if one.due_at is not None and one.due_at > desk.at]


def measures_at(found: Sequence[Record], at: datetime) -> dict[str, datetime]:
    """Which measures stand at the instant, and until when; nothing of what has ended."""
    told: dict[str, datetime] = {}
    for one in found:
        for name, until in one.body["measures"]:
            if one.state == "in_force" and instant(until) > at:
                told[name] = max(told.get(name, at), instant(until))
    return told


def _is_of(one: Record, institution_id: str) -> bool:
    return one.institution_id == institution_id


def _capped(found: Terms, since: datetime) -> Terms:
    """The terms, no longer than continuous discipline may last."""
    if found.longest_years is None:
        return found
    last = years_after(since, found.longest_years)
    measures = tuple((name, min(until, last)) for name, until in found.measures)
    return replace(found, expires_at=min(found.expires_at, last), measures=measures)


def _body(desk: Desk, decision: Decision, found: Terms, policy: Policy) -> dict[str, Any]:
    regime = regime_at(policy, desk.at)
    because = _BECAUSE[decision.ground]
    return {
        "because": because,
        "reasons": [because],
        "ground": decision.ground,
        "level": decision.level,
        "act_on": decision.act_on.isoformat(),
        "decided_on": decision.decided_on.isoformat(),
        "document": asdict(decision.document),
        "authority": "police",
        "decided_by": ["authority"],
        "proposed_by": desk.viewer.user_id,
        "proposed_at": iso(desk.at),
        "measure": "discipline",
        "measures": [[name, iso(until)] for name, until in found.measures],
        "kept": list(found.kept),
        "legal_basis": found.legal_basis,
        "appeal_path": ", ".join(regime.words("notices.appeal_channels")),
        "starts_at": iso(found.starts_at),
        "expires_at": iso(found.expires_at),
        "policy_version": policy.version,
    }


def _end(desk: Desk, of: Record, policy: Policy, *, state: str, told: dict[str, str]) -> Record:
    _stands(of)
    ended = of.but(state, ended_at=iso(desk.at), ended_by=desk.viewer.user_id, **told)
    kept = _keep(desk, replace(ended, is_open=False, due_at=None), act=state)
    _tell(desk, kept)
    notice.of_discipline_end(desk, kept, policy)
    return kept


def _stands(of: Record) -> None:
    if of.state != "in_force":
        raise Conflict(f"the discipline is {of.state}", where=of.id, fix="look at it again")


def _keep(desk: Desk, made: Record, *, act: str) -> Record:
    before = desk.get("discipline", made.id, version=made.version).state if made.version else ""
    return desk.write(discipline_wall.check(made, before), act=act)


def _tell(desk: Desk, one: Record) -> None:
    """Puts word for whoever carries the measures out into the outbox: all of them, or the end of all of them."""
    body = {
        "discipline_id": one.id,
        "person_id": one.about.partition(":")[2],
        "state": one.state,
        "measures": one.body["measures"],
        "kept": one.body["kept"],
        "expires_at": one.body["expires_at"],
        "legal_basis": one.body["legal_basis"],
    }
    for measure, until in one.body["measures"]:
        event = {
            "kind": "discipline",
            **{name: body[name] for name in ("discipline_id", "person_id", "state", "legal_basis")},
            "measure": measure,
            "starts_at": one.body["starts_at"],
            "expires_at": until,
        }
        key = f"{one.id}:{one.state}:{measure}"
        desk.send(Message(key, "discipline_door", event, "discipline", one.id))
    topic = "discipline_in_force" if one.state == "in_force" else "discipline_ended"
    desk.send(Message(f"{one.id}:{one.state}", topic, body, "discipline", one.id))
