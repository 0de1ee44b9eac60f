"""Stop-payment, freeze, unfreeze, return of funds: what the police decided, kept as they decided it.

Our system decides none of these. Each move needs the authority's document; only a stop-payment ends
by itself, when its hours are over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.store.ledger_rows import Message, Record
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from duanka.policy.dated import Regime
    from duanka.store.ledger_desk import Desk

LAW = "反电信网络诈骗法 第二十条"
MOVES: dict[str, tuple[str, ...]] = {
    "none": ("stop_payment", "freeze"),
    "stop_payment": ("stop_payment", "freeze", "unfreeze", "return_funds"),
    "freeze": ("freeze", "unfreeze", "return_funds"),
    "ended": ("stop_payment", "freeze"),
}
MEASURES = ("stop_payment", "freeze", "unfreeze", "return_funds")
_ENDS = ("unfreeze", "return_funds")
_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Document:
    """The authority's paper: its number, who issued it and when, and the digest of the file kept."""

    number: str
    issuer_id: str
    issued_at: datetime
    sha256: str


def carry_out(
    desk: Desk,
    card: tuple[str, str],
    measure: str,
    *,
    document: Document | None,
    unit: tuple[str, str],
    regime: Regime,
) -> Record:
    """The hold on the card after the measure was carried out; the same document twice is one act.

    `card` is kind and id. A stop-payment lasts the hours of policy and comes at most so many times.
    Raises: NotAllowed without a document of the authority; Conflict if it cannot follow what stands;
        BadInput if the card is no account, or there is no such measure.
    """
    if card[0] != "account" or not card[1] or measure not in MEASURES:
        raise BadInput(
            "that is held by no document",
            where=f"{card[0]} {measure}",
            fix=f"an account, and one of {', '.join(MEASURES)}",
        )
    _shown(document, measure)
    assert document is not None  # noqa: S101  # just shown
    about = f"{card[0]}:{card[1]}"
    key = f"hold:{about}:{measure}:{document.issuer_id}:{document.number}"
    if (before := desk.done(key)) is not None:
        return desk.get("hold", before)
    stands = desk.get("hold", about) if desk.has("hold", about) else None
    made = stands or Record("hold", about, *unit, "none", {"stops": 0, "acts": []}, about=about)
    if measure not in MOVES[made.state]:
        raise Conflict(f"{measure} cannot follow {made.state}", where=about, fix="look at the hold")
    kept = desk.write(_after(made, measure, document, desk.at, regime), act=measure)
    desk.remember(key, about)
    body = {
        "card_kind": card[0],
        "card_id": card[1],
        "state": kept.state,
        "document": document.number,
    }
    desk.send(Message(key, "hold", body, "hold", about))
    return kept


def expire(desk: Desk) -> int:
    """How many stop-payments and freezes ended because their time is over."""
    over = Wanted("hold", states=("stop_payment", "freeze"), due_before=desk.at)
    held = list(desk.each(over))
    for one in held:
        ended = one.but("ended", ended_because="term_over")
        desk.write(replace(ended, is_open=False, due_at=None), act="expire")
    return len(held)


def _shown(document: Document | None, measure: str) -> None:
    if document is None or not (document.number.strip() and document.sha256):
        raise NotAllowed(
            f"{measure} is decided by the police alone",
            where=LAW,
            fix="record their document: number, issuer, instant and digest of the file",
        )


def _after(hold: Record, measure: str, document: Document, at: datetime, regime: Regime) -> Record:
    """The hold after one more act of the authority."""
    if document.issued_at > at:
        raise BadInput(
            "the document was issued in the future", where=document.number, fix="check it"
        )
    act = {
        "measure": measure,
        "document": document.number,
        "issuer_id": document.issuer_id,
        "issued_at": document.issued_at.isoformat(),
        "sha256": document.sha256,
        "carried_out_at": at.isoformat(),
    }
    stops = int(hold.body["stops"]) + (measure == "stop_payment")
    if stops > regime.number("leads.stop_payment_times"):
        raise Conflict(
            "it was stopped as often as is allowed", where=hold.id, fix="ask for a freeze"
        )
    told = hold.but(
        "ended" if measure in _ENDS else measure,
        stops=stops,
        acts=[*hold.body["acts"], act],
        legal_basis=LAW,
    )
    due = {
        "stop_payment": at + timedelta(hours=regime.number("leads.stop_payment_hours")),
        "freeze": at + regime.number("leads.freeze_months") * _MONTH,
    }.get(measure)
    return replace(told, due_at=due, is_open=due is not None)
