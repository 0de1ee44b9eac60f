"""What an auditor finds of a look at personal data or an export: that it had no good reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.cases.figures_beside import UNJUSTIFIED
from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.store.ledger_desk import EXPORT, LOOK

if TYPE_CHECKING:
    from duanka.store.chain import Link
    from duanka.store.ledger_desk import Desk


def unjustified(desk: Desk, seq: int, *, because: str) -> Link:
    """The look of this row, found to have had no good reason; it stands in the record's history, who looked is named.

    Raises: NotAllowed for who is no auditor, or looked themselves; BadInput without a reason, or if the
        row is no look; Conflict if it was found before.
    """
    if not desk.viewer.has("auditor"):
        raise NotAllowed("looks are judged by an auditor", where="audit", fix="ask an auditor")
    if not because.strip():
        raise BadInput("found without a reason", where=f"row {seq}", fix="say why")
    row = desk.row(seq)
    if row.act not in {LOOK, EXPORT}:
        raise BadInput(f"row {seq} is no look", where=row.act, fix="name the row of a look")
    if row.actor == desk.viewer.user_id:
        raise NotAllowed("nobody judges their own look", where=f"row {seq}", fix="ask another")
    key = f"{UNJUSTIFIED}:{seq}"
    if desk.done(key) is not None:
        raise Conflict("it was found so before", where=f"row {seq}", fix="look at the history")
    details = {"row": seq, "looked": row.actor, "because": because}
    desk.note(desk.get(row.kind, row.id), act=UNJUSTIFIED, details=details)
    desk.remember(key, desk.viewer.user_id)
    return row
