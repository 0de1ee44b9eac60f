"""Appeals (申诉): received from anybody by any way, answered by somebody who did not decide, lifted at once if granted.

Source: 反电信网络诈骗法 第三十二条; 个人信息保护法 第二十四条第三款.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from duanka.cases import discipline, notice, order
from duanka.cases.ids import derived
from duanka.cases.order_terms import instant, iso, regime_at
from duanka.cases.words import both, reason
from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.store.ledger_rows import Message, Record
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.policy.dated import Policy
    from duanka.store.ledger_desk import Desk

OPEN = ("received", "accepted", "assigned")
REVIEWERS = ("reviewer", "lead_officer")
ASKS = ("release", "human_decision", "explanation")
"""What an appeal may ask for: release; that a person decides; why it was decided so."""


@dataclass(frozen=True)
class Plea:
    """What somebody brings: by which way, what they ask for, and what they say; papers by their digest.

    Columns: `key` is the sender's own mark of this plea, so that sending it twice is one appeal;
        `by` holder or another_person; `contact` how to reach them without the card in question.
    """

    key: str
    channel: str
    statement: str
    contact: str = ""
    by: str = "holder"
    asks: str = "release"
    papers: tuple[str, ...] = ()


def receive(desk: Desk, of: Record, plea: Plea, policy: Policy) -> Record:
    """The appeal against an order or discipline, received and acknowledged; the same plea twice is one appeal.

    Raises: BadInput if the way or what is asked is not known; Conflict if the order is not in force.
    """
    channels = of.body["appeal_path"].split(", ")
    if plea.channel not in channels or plea.asks not in ASKS:
        raise BadInput(
            f"an appeal cannot come by {plea.channel} and ask for {plea.asks}",
            where=of.id,
            fix=f"use one of {', '.join(channels)} and one of {', '.join(ASKS)}",
        )
    appeal_id = derived("a", of.id, plea.key)
    if desk.has("appeal", appeal_id):
        return desk.get("appeal", appeal_id)
    if of.state != "in_force":
        raise Conflict(f"the order is {of.state}", where=of.id, fix="there is nothing to lift")
    regime = regime_at(policy, desk.at)
    clocks = "discipline" if of.kind == "discipline" else "appeals"
    answer_by = desk.at + timedelta(days=regime.number(f"{clocks}.answer_within_days"))
    accept_by = desk.at + timedelta(days=regime.number(f"{clocks}.accept_within_days"))
    body = {
        "order_id": of.id,
        "of_kind": of.kind,
        "channel": plea.channel,
        "by": plea.by,
        "asks": plea.asks,
        "papers": list(plea.papers),
        "received_at": iso(desk.at),
        "accept_by": iso(accept_by),
        "answer_by": iso(answer_by),
    }
    made = Record(
        "appeal",
        appeal_id,
        of.institution_id,
        of.region_code,
        "received",
        body,
        about=of.about,
        parent_id=of.id,
        due_at=answer_by,
        weight=of.weight,
    )
    said = {"statement": plea.statement, "contact": plea.contact}
    kept = desk.write(made, act="receive", personal=said)
    notice.of_appeal(desk, kept, of, policy, step="received")
    return kept


def accept(desk: Desk, appeal: Record) -> Record:
    """The appeal taken up for checking.

    Raises: Conflict if it was taken up or answered before.
    """
    if appeal.state != "received":
        raise _is(appeal)
    return desk.write(appeal.but("accepted", accepted_at=iso(desk.at)), act="accept")


def assign(desk: Desk, appeal: Record, reviewer_id: str) -> Record:
    """The appeal given to a reviewer who took no part in the order.

    Raises: NotAllowed if they did; Conflict if it is answered.
    """
    if appeal.state not in OPEN:
        raise _is(appeal)
    _took_no_part(desk, appeal, reviewer_id)
    told = appeal.but("assigned")
    return desk.write(replace(told, assigned_to=reviewer_id), act="assign")


def uphold(desk: Desk, appeal: Record, policy: Policy, *, because: str) -> Record:
    """The appeal answered: the order stays, and why.

    Raises: NotAllowed if the viewer decided the order or is no reviewer; BadInput without words.
    """
    of = _may_answer(desk, appeal, because)
    kept = _answered(desk, appeal, "upheld", because)
    notice.of_appeal(desk, kept, of, policy, step="upheld")
    return kept


def grant(
    desk: Desk,
    appeal: Record,
    policy: Policy,
    *,
    because: str,
    document: Mapping[str, str] | None = None,
) -> Record:
    """The appeal granted: in the same transaction the order is lifted and the card's label corrected.

    An order that carries out what police or court decided is lifted by their document only.

    Raises: NotAllowed if the viewer decided the order or is no reviewer, or the document is missing.
    """
    of = _may_answer(desk, appeal, because)
    theirs = of.body["authority"] == "police" or of.body["because"] == "implicated"
    if theirs and not (document or {}).get("digest"):
        raise NotAllowed(
            "this order carries out what an authority decided",
            where=of.id,
            fix="forward the appeal, and grant it with the authority's document of release",
        )
    kept = _answered(desk, appeal, "granted", because, document=dict(document or {}))
    if of.state == "in_force":
        why = "document_of_authority" if theirs else "appeal_granted"
        lift = discipline.lift if of.kind == "discipline" else order.lift
        lift(desk, of, policy, because=why, words=appeal.id)
    if of.kind == "order":  # discipline is about a person, whom no label names
        _label(desk, kept)
    return kept


def forward(desk: Desk, appeal: Record, policy: Policy, *, authority: str) -> Record:
    """The appeal passed on to the police or court whose decision it is about.

    Raises: Conflict if the institution itself decided, and so has to answer.
    """
    of = appealed(desk, appeal)
    if of.body["authority"] != "police" and of.body["because"] != "implicated":
        raise Conflict("we decided it, we answer", where=appeal.id, fix="uphold or grant it")
    if appeal.state not in OPEN:
        raise _is(appeal)
    told = appeal.but("forwarded", authority=authority, forwarded_at=iso(desk.at))
    kept = desk.write(told, act="forward")
    notice.of_appeal(desk, kept, of, policy, step="forwarded")
    return kept


def explanation(of: Record, policy: Policy) -> dict[str, list[str]]:
    """Why an order was made, in both languages: who decided, by which rules, and for which reasons.

    Source: 个人信息保护法 第二十四条第三款.
    """
    body = of.body
    told: dict[str, list[str]] = {"zh": [], "en": []}
    regime = regime_at(policy, instant(body["proposed_at"]))
    people = len([one for one in body["decided_by"] if one != "system"])
    if body["authority"] == "police":
        told["zh"].append("由公安机关或者法院决定，本机构执行")
        told["en"].append("decided by police or a court; we carry it out")
    elif people:
        told["zh"].append(f"由{people}人决定")
        told["en"].append(f"decided by {people} person(s)")
    else:
        told["zh"].append("由系统按规则决定，可以要求由人决定")
        told["en"].append("decided by rules; a person may be asked for")
    for code in [body["because"], *body["reasons"]]:
        zh, en = reason(regime, code)
        if zh not in told["zh"]:
            told["zh"].append(zh)
            told["en"].append(en)
    told["zh"] += [f"依据：{body['legal_basis']}", f"规则版本：{body['policy_version']}"]
    told["en"] += [f"law: {body['legal_basis']}", f"rules: {body['policy_version']}"]
    if body.get("model_version"):
        score = f"{body['score']:.2f}"
        told["zh"].append(f"模型 {body['model_version']}，评分 {score}；评分只是参考，不是认定")
        told["en"].append(f"model {body['model_version']}, score {score}: a hint, no finding")
    told["zh"].append(f"保留：{'、'.join(both(one)[0] for one in body['kept'])}")
    told["en"].append(f"kept: {', '.join(both(one)[1] for one in body['kept'])}")
    return told


def appealed(desk: Desk, appeal: Record) -> Record:
    """The order or discipline that the appeal is about."""
    return desk.get(appeal.body.get("of_kind", "order"), appeal.parent_id)


def late(desk: Desk) -> list[Record]:
    """Appeals whose answer is overdue."""
    return desk.find(Wanted("appeal", states=OPEN, due_before=desk.at))


def _may_answer(desk: Desk, appeal: Record, because: str) -> Record:
    """The order that the appeal is about, if the viewer may answer it."""
    if appeal.state not in (*OPEN, "forwarded"):
        raise _is(appeal)
    if not because.strip():
        raise BadInput("an answer without reason", where=appeal.id, fix="say why")
    if not desk.viewer.has(*REVIEWERS):
        raise NotAllowed("a reviewer answers appeals", where=appeal.id, fix="assign it to one")
    if appeal.assigned_to not in {"", desk.viewer.user_id}:
        raise NotAllowed("it is with somebody else", where=appeal.id, fix="have it assigned to you")
    return _took_no_part(desk, appeal, desk.viewer.user_id)


def _took_no_part(desk: Desk, appeal: Record, user_id: str) -> Record:
    of = appealed(desk, appeal)
    if user_id in {of.body["proposed_by"], *of.body["decided_by"]}:
        raise NotAllowed(
            "who decided does not check the appeal",
            where=appeal.id,
            fix="give it to a reviewer who took no part",
        )
    return of


def _answered(desk: Desk, appeal: Record, state: str, because: str, **more: object) -> Record:
    told = {"because": because, "answered_by": desk.viewer.user_id, "answered_at": iso(desk.at)}
    after = replace(appeal.but(state, **told, **more), is_open=False, due_at=None)
    return desk.write(after, act=state)


def _label(desk: Desk, appeal: Record) -> Record:
    """The corrected label: the card is not implicated, as is known from this instant on."""
    kind, _, card_id = appeal.about.partition(":")
    body = {
        "card_kind": kind,
        "card_id": card_id,
        "implicated": False,
        "known_at": desk.at.isoformat(),
        "source": "appeal",
        "appeal_id": appeal.id,
    }
    made = Record(
        "label",
        derived("l", appeal.id),
        appeal.institution_id,
        appeal.region_code,
        "known",
        body,
        about=appeal.about,
        parent_id=appeal.id,
        is_open=False,
    )
    kept = desk.write(made, act="correct")
    told = {
        name: body[name] for name in ("card_kind", "card_id", "implicated", "known_at", "source")
    }
    desk.send(Message(made.id, "label", {"kind": "label", **told}, "label", made.id))
    return kept


def _is(appeal: Record) -> Conflict:
    return Conflict(f"the appeal is {appeal.state}", where=appeal.id, fix="look at it again")
