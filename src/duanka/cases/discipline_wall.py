"""What no discipline may lack, checked in one place before any is written; the database checks it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.cases import order_wall
from duanka.errors import BadInput

if TYPE_CHECKING:
    from duanka.store.ledger_rows import Record

MOVES = {"": ("in_force",), "in_force": ("in_force", "lifted", "expired")}
"""From which state discipline may go where: it begins in force, by an authority's document, or not at all."""
_NAMED = order_wall.NAMED | {
    "level": "the level of the authority",
    "act_on": "the day of the act",
    "measures": "the measures",
    "kept": "what stays possible",
}
ALWAYS_KEPT = ("social_insurance", "medical", "utility", "tax", "emergency_calls")
"""What stays under every discipline, whatever a policy folder says."""


def check(made: Record, before: str) -> Record:
    """The discipline, if it may be written.

    Raises: BadInput that names everything it lacks.
    Source: 反电信网络诈骗法 第三十一条、第三十二条; walls 1, 2 and 4.
    """
    body = made.body
    faults = [f"lacks {words}" for name, words in _NAMED.items() if not body.get(name)]
    if made.state not in MOVES.get(before, ()):
        faults.append(f"cannot go from {before or 'nothing'} to {made.state}")
    document = body.get("document") or {}
    if len(str(document.get("digest", ""))) != 64 or not document.get("number"):
        faults.append("lacks the authority's document")
    if body.get("authority") != "police" or list(body.get("decided_by", ())) != ["authority"]:
        faults.append("was decided by somebody else than the authority")
    if not set(ALWAYS_KEPT) <= set(body.get("kept", ())):
        faults.append("stops what may never be stopped")
    if made.state == "in_force" and made.due_at is None:
        faults.append("has no instant at which it ends by itself")
    if body.get("starts_at", "") >= body.get("expires_at", ""):
        faults.append("ends before it begins")
    if not made.about.startswith("person:"):
        faults.append("is about no person")
    if faults:
        raise BadInput(
            f"discipline {made.id} {'; '.join(faults)}",
            where=made.about,
            fix="give what is missing; no discipline stands without it",
        )
    return made
