"""Orders (管控措施): a measure proposed, decided, in force, and ended; each move is one row of history.

None can be written without reason, basis, notice, appeal path and end. Lifting takes effect in the
same transaction and leaves word for the live door.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from duanka.cases import notice, order_rules, order_wall
from duanka.cases.ids import card, derived
from duanka.cases.order_terms import Finding, Terms, instant, iso, regime_at, terms
from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.store.ledger_rows import Message, Record
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from duanka.policy.dated import Policy
    from duanka.store.ledger_desk import Desk

_FACTS = (
    "because",
    "as_of",
    "policy_version",
    "tier",
    "score",
    "model_version",
    "holder_id",
    "network_id",
    "note",
)


def propose(
    desk: Desk, finding: Finding, policy: Policy, *, case_id: str = "", replaces: str = ""
) -> Record:
    """The order that the finding asks for: in force if the system may decide it, else waiting for people.

    The same finding twice is one order. A finding on a card under the same or a stronger order of this
    institution gives that order back.

    Raises: BadInput if the measure is none for the card or the finding has no reason; NotAllowed if it
        is for the police, or the card was cleared and nothing but a score speaks against it.
    """
    regime = regime_at(policy, desk.at)
    found = terms(regime, finding.measure, finding.card_kind)
    if found.authority == "police":
        raise order_rules.for_police(found.measure)
    order_rules.may_propose(desk, finding, found.measure, regime)
    about = card(finding.card_kind, finding.card_id)
    standing = in_force(desk, about)
    if standing is not None and not replaces and _as_strong(standing, found.measure, policy, desk):
        return standing
    order_id = derived("o", about, found.measure, finding.as_of, finding.because, replaces)
    if desk.has("order", order_id):
        return desk.get("order", order_id)
    body = body_of(desk, finding, found) | {"replaces": replaces or _replaced(standing)}
    made = Record(
        "order",
        order_id,
        finding.institution_id,
        finding.region_code,
        "proposed",
        body | {"notice_id": derived("n", order_id)},
        about=about,
        parent_id=case_id,
        due_at=desk.at + timedelta(days=regime.number("review.within_days")),
        weight=int(finding.score * regime.number("review.harm_per_card_fen")),
    )
    kept = keep(desk, made, act="propose")
    notice.draft(desk, kept, policy)
    if found.authority == "system" and desk.viewer.has("system"):
        return _enforce(desk, _decided(desk, kept, because="policy"), policy)
    return kept


def decide(
    desk: Desk, order: Record, policy: Policy, *, because: str, measure: str | None = None
) -> Record:
    """The order after one more person agreed: decided and in force once enough of them have.

    `measure` may name a milder measure than the one proposed. The words of `because` stay in history.

    Raises: NotAllowed if the viewer may not decide it; Conflict if it is not waiting for a decision.
    """
    _waits(order)
    order_rules.may_decide(desk, order)
    if not because.strip():
        raise BadInput("a decision without a reason", where=order.id, fix="say why in a few words")
    asked = order if measure is None else _milder(order, measure, policy, desk)
    order_rules.leaves_one_sim(desk, asked, regime_at(policy, desk.at))
    after = _decided(desk, asked, because=because)
    return _enforce(desk, after, policy) if after.state == "decided" else after


def drop(desk: Desk, order: Record, *, because: str) -> Record:
    """The proposal that a person turned down.

    Raises: NotAllowed without the role; Conflict if it is not waiting for a decision.
    """
    _waits(order)
    order_rules.may_decide(desk, order)
    ended = order.but("dropped", dropped_by=desk.viewer.user_id, dropped_because=because)
    return keep(desk, replace(ended, is_open=False, due_at=None), act="drop")


def lift(desk: Desk, order: Record, policy: Policy, *, because: str, words: str = "") -> Record:
    """The order lifted, now; word for the live door and for the holder goes out with it.

    Raises: Conflict if it is not in force; NotAllowed if it is the police's and no document of theirs
        says so, or the viewer has no role for it.
    """
    if order.body["authority"] == "police" and because != "document_of_authority":
        raise NotAllowed(
            "an order of the police is lifted by their document",
            where=order.id,
            fix="forward the appeal to the authority, and record its answer",
        )
    if not desk.viewer.has(*order_rules.DECIDERS, "system"):
        raise NotAllowed("this role lifts no order", where=order.id, fix="ask an officer")
    ended = end(desk, order, "lifted", because=because, words=words)
    notice.of_lift(desk, ended, policy)
    return ended


def expire(desk: Desk, order: Record, policy: Policy) -> Record:
    """The order whose term is over, ended.

    Raises: Conflict if it is not in force, or its term is not over.
    """
    if order.due_at is None or order.due_at > desk.at:
        raise Conflict("its term is not over", where=order.id, fix="lift it, or wait")
    ended = end(desk, order, "expired", because="term_over")
    notice.of_lift(desk, ended, policy)
    return ended


def end(desk: Desk, order: Record, state: str, *, because: str, words: str = "") -> Record:
    """The order ended in the state, and word of it in the outbox; for orders that are in force.

    Raises: Conflict if it is not in force.
    """
    if order.state != "in_force":
        raise Conflict(f"the order is {order.state}", where=order.id, fix="look at it again")
    told = {"ended_at": iso(desk.at), "ended_by": desk.viewer.user_id, "ended_because": because}
    if words:
        told["ended_words"] = words
    ended = order.but(state, **told)
    kept = keep(desk, replace(ended, is_open=False, due_at=None), act=state)
    tell_door(desk, kept)
    return kept


def in_force(desk: Desk, about: str) -> Record | None:
    """The order of this institution's in force on the card; None if there is none."""
    found = desk.find(Wanted("order", states=("in_force",), about=about))
    standing = [one for one in found if one.due_at is not None and one.due_at > desk.at]
    mine = [one for one in standing if one.body["authority"] != "police"]
    return max(mine, key=lambda one: one.body["mildness"]) if mine else None


def keep(desk: Desk, order: Record, *, act: str) -> Record:
    """The order as it was written; there is no other way to write one.

    Raises: BadInput if it lacks anything or may not go where it goes; Conflict if somebody was quicker.
    """
    old = desk.get("order", order.id, version=order.version) if order.version else None
    before = "" if old is None else old.state
    return desk.write(order_wall.check(order, before), act=act)


def tell_door(desk: Desk, order: Record) -> None:
    """Puts word for the live door into the outbox: this order is in force, or is no longer."""
    state = "lifted" if order.state == "replaced" else order.state
    measure = "suspend" if order.body["measure"] == "close" else order.body["measure"]
    kind, _, card_id = order.about.partition(":")
    body = {
        "kind": "order",
        "order_id": order.id,
        "card_kind": kind,
        "card_id": card_id,
        "measure": measure,
        "state": state,
        "starts_at": order.body["starts_at"],
        "expires_at": order.body["expires_at"],
        "legal_basis": order.body["legal_basis"],
    }
    topic = "order_in_force" if state == "in_force" else "order_lifted"
    desk.send(Message(f"{order.id}:{state}", topic, body, "order", order.id))


def body_of(desk: Desk, finding: Finding, found: Terms) -> dict[str, Any]:
    """What an order says of its finding and its terms, before anybody decided."""
    others = None if finding.other_sims is None else list(finding.other_sims)
    return {
        **{name: getattr(finding, name) for name in _FACTS},
        "reasons": list(finding.reasons) or [finding.because],
        "measure": found.measure,
        "mildness": found.mildness,
        "authority": found.authority,
        "legal_basis": finding.legal_basis or found.legal_basis,
        "kept": list(found.kept),
        "appeal_path": found.appeal_path,
        "other_sims": others,
        "proposed_by": desk.viewer.user_id,
        "proposed_at": iso(desk.at),
        "decided_by": [],
        **_span(desk, found),
    }


def _span(desk: Desk, found: Terms) -> dict[str, str]:
    ends, looked_at = desk.at + found.lasts, desk.at + found.review_after
    return {"starts_at": iso(desk.at), "expires_at": iso(ends), "review_at": iso(looked_at)}


def _decided(desk: Desk, order: Record, *, because: str) -> Record:
    """The order with one more name under it; decided if that is enough."""
    decided_by = [*order.body["decided_by"], desk.viewer.user_id]
    needed = 2 if order.body["authority"] == "two_officers" else 1
    state = "decided" if len(decided_by) >= needed else "proposed"
    words = [*order.body.get("decided_because", []), because]
    return keep(desk, order.but(state, decided_by=decided_by, decided_because=words), act="decide")


def _enforce(desk: Desk, order: Record, policy: Policy) -> Record:
    found = terms(regime_at(policy, desk.at), order.body["measure"], order.about.partition(":")[0])
    span = _span(desk, found)
    began = replace(order.but("in_force", **span), due_at=instant(span["expires_at"]))
    kept = keep(desk, began, act="enforce")
    if order.body.get("replaces"):
        old = desk.get("order", order.body["replaces"])
        if old.state == "in_force":
            end(desk, old, "replaced", because="replaced", words=order.id)
    tell_door(desk, kept)
    notice.of_measure(desk, kept, policy)
    return kept


def _waits(order: Record) -> None:
    if order.state != "proposed":
        raise Conflict(
            f"the order is {order.state}", where=order.id, fix="only a proposal is decided"
        )


def _milder(order: Record, measure: str, policy: Policy, desk: Desk) -> Record:
    """The proposal with a milder measure instead."""
    regime = regime_at(policy, desk.at)
    found = terms(regime, measure, order.about.partition(":")[0])
    if found.mildness >= order.body["mildness"] or found.authority == "police":
        raise NotAllowed(
            f"{measure} is not milder than what was found to fit",
            where=order.id,
            fix="a stronger measure needs a finding of its own",
        )
    told = {
        "measure": found.measure,
        "mildness": found.mildness,
        "authority": "officer",  # a person decides it, whoever else could
        "legal_basis": found.legal_basis,
        "proposed_measure": order.body["measure"],
    }
    return order.but(None, **told, **_span(desk, found))


def _as_strong(standing: Record, measure: str, policy: Policy, desk: Desk) -> bool:
    kind = standing.about.partition(":")[0]
    asked = terms(regime_at(policy, desk.at), measure, kind)
    return bool(standing.body["mildness"] >= asked.mildness)


def _replaced(standing: Record | None) -> str:
    return "" if standing is None else standing.id
