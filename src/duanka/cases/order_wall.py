"""What no order may lack, checked in one place before any order is written; the database checks it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.errors import BadInput

if TYPE_CHECKING:
    from duanka.store.ledger_rows import Record

MOVES = {
    "": ("proposed", "in_force"),
    "proposed": ("proposed", "decided", "dropped"),
    "decided": ("in_force",),
    "in_force": ("in_force", "lifted", "expired", "replaced"),
}
"""From which state an order may go where; the others are ends."""
ENDS = ("dropped", "lifted", "expired", "replaced")
BURDENS = ("delay_settlement", "restrict", "receive_only", "stop_non_counter", "suspend", "close")
"""Measures of the institution that take something from the holder."""
OF_POLICE = ("stop_payment", "freeze", "unfreeze", "return_funds")
NAMED = {
    "because": "the reason",
    "legal_basis": "the legal basis",
    "notice_id": "the notice",
    "appeal_path": "the appeal path",
    "starts_at": "the start",
    "expires_at": "the expiry",
    "policy_version": "the version of the policy",
}


def check(order: Record, before: str) -> Record:
    """The order, if it may be written: nothing is missing, and it comes from a state that leads there.

    Raises: BadInput that names everything the order lacks.
    Source: 反电信网络诈骗法 第三十二条; walls 1, 2 and 4.
    """
    faults = [f"lacks {words}" for name, words in NAMED.items() if not order.body.get(name)]
    faults += [f"lacks {name}" for name in ("reasons", "kept") if not order.body.get(name)]
    if order.state not in MOVES.get(before, ()):
        faults.append(f"cannot go from {before or 'nothing'} to {order.state}")
    faults += _times(order) + _deciders(order)
    if faults:
        raise BadInput(
            f"order {order.id} {'; '.join(faults)}",
            where=f"{order.body.get('measure')} on {order.about}",
            fix="give what is missing; no order stands without it",
        )
    return order


def _times(order: Record) -> list[str]:
    starts, expires = order.body.get("starts_at", ""), order.body.get("expires_at", "")
    if starts and expires and starts >= expires:
        return ["ends before it begins"]
    if order.state == "in_force" and order.due_at is None:
        return ["has no instant at which it ends by itself"]
    return []


def _deciders(order: Record) -> list[str]:
    """What is wrong with who decided, of an order that takes effect."""
    if order.state in {"proposed", "dropped"}:
        return []
    authority, decided_by = order.body.get("authority"), set(order.body.get("decided_by", ()))
    of_police = order.body.get("measure") in OF_POLICE
    if of_police != (authority == "police"):
        return ["is for the police alone" if of_police else "is not for the police"]
    if authority == "police":
        document = order.body.get("document") or {}
        return [] if document.get("digest") else ["lacks the authority's document"]
    people = decided_by - {"system"}
    needed = {"system": 0, "officer": 1, "two_officers": 2}.get(str(authority), 99)
    if len(people) < needed or not decided_by:
        return [f"needs {needed} person(s) to decide, has {len(people)}"]
    return []
