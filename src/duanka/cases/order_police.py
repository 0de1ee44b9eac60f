"""Orders of the police: recorded from their document, lifted by their document, never decided here.

Source: 反电信网络诈骗法 第二十条; 银发〔2016〕86号.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from duanka.cases import notice, order, order_wall
from duanka.cases.ids import card, derived
from duanka.cases.order_terms import Finding, instant, iso, regime_at, terms
from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.store.ledger_rows import Record
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from duanka.policy.dated import Policy
    from duanka.store.ledger_desk import Desk

RECORDERS = ("officer", "lead_officer")
"""Roles whose holders enter what an authority's document says."""


@dataclass(frozen=True)
class Document:
    """A document of the police or a court: who issued it, its number, its SHA-256, and when."""

    issuer: str
    number: str
    digest: str
    issued_at: str


def record(desk: Desk, finding: Finding, document: Document, policy: Policy) -> Record:
    """The order of the police, in force, as its document says; the same document twice is one order.

    Raises: NotAllowed without the role; BadInput if the document lacks anything, or the measure is
        not one of theirs; Conflict if the card was stopped as often as the rules allow.
    """
    proven(desk, document)
    if finding.measure not in order_wall.OF_POLICE:
        raise BadInput(
            f"{finding.measure} is no measure of the police",
            where=document.number,
            fix="propose it as a measure of the institution",
        )
    about = card(finding.card_kind, finding.card_id)
    order_id = derived("o", about, finding.measure, document.issuer, document.number)
    if desk.has("order", order_id):
        return desk.get("order", order_id)
    _often_enough(desk, about, finding.measure, policy)
    made = _made(desk, finding, policy, about)
    body = {"document": asdict(document), "notice_id": derived("n", order_id)}
    made = replace(made, id=order_id, body={**made.body, **body})
    kept = order.keep(desk, made, act="record")
    order.tell_door(desk, kept)
    notice.of_measure(desk, kept, policy)
    return kept


def release(desk: Desk, of: Record, document: Document, policy: Policy) -> Record:
    """The order of the police lifted, as their document of release says.

    Raises: NotAllowed without the role or the document; Conflict if it is not in force.
    """
    proven(desk, document)
    kept = order.keep(desk, of.but(None, released_by=asdict(document)), act="release")
    return order.lift(desk, kept, policy, because="document_of_authority")


def proven(desk: Desk, document: Document) -> None:
    """Nothing, if a person who may records a document that lacks nothing.

    Raises: NotAllowed without the role; BadInput if the document lacks anything.
    """
    if not desk.viewer.has(*RECORDERS):
        raise NotAllowed(
            "a person enters what an authority decided",
            where=document.number,
            fix="have an officer record the document",
        )
    lacking = [name for name, value in asdict(document).items() if not value.strip()]
    if lacking or len(document.digest) != 64:
        raise BadInput(
            f"the document lacks {', '.join(lacking) or 'a SHA-256 digest'}",
            where=document.number,
            fix="give issuer, number, SHA-256 and date of the document",
        )


def _often_enough(desk: Desk, about: str, measure: str, policy: Policy) -> None:
    if measure != "stop_payment":
        return
    most = int(regime_at(policy, desk.at).number("leads.stop_payment_times"))
    stops = desk.find(Wanted("order", about=about))
    if len([one for one in stops if one.body["measure"] == measure]) >= most:
        raise Conflict(
            f"the card was stopped {most} times already",
            where=about,
            fix="ask the authority for a freeze",
        )


def _made(desk: Desk, finding: Finding, policy: Policy, about: str) -> Record:
    found = terms(regime_at(policy, desk.at), finding.measure, finding.card_kind)
    body: dict[str, Any] = order.body_of(desk, finding, found) | {"decided_by": ["authority"]}
    body["recorded_at"] = iso(desk.at)
    return Record(
        "order",
        "",
        finding.institution_id,
        finding.region_code,
        "in_force",
        body,
        about=about,
        due_at=instant(body["expires_at"]),
    )
