"""Reminders to a chat or mailbox by Apprise (extra `notify`): what waits and by when, never a card, person or text."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from duanka.errors import BadInput, Unavailable
from duanka.jobs.send import Carrier

if TYPE_CHECKING:
    from duanka.store.ledger import Message

TOPICS = ("reminder",)
"""All that a chat is told: notices are for the holder alone, and orders for the live door."""
_OURS = re.compile(r"[a-z]-[0-9a-f]{24}")
_WHAT = {"overdue": "超期 overdue", "review_due": "到期复查 to be reviewed"}
_KINDS = {
    "appeal": "申诉 appeal", "order": "管控措施 order", "case": "案件 case", "notice": "告知书 notice",
    "discipline": "惩戒 discipline", "lead": "线索 lead",
}  # fmt: skip


def to_chat(url: str) -> Carrier:
    """A carrier that tells whoever works there that something waits.

    Raises: BadInput if Apprise knows no such address; Unavailable without the extra.
    """
    apprise = _apprise()
    post = apprise.Apprise()
    if not post.add(url):
        raise BadInput(
            f"Apprise knows no address of the kind {url.partition(':')[0]}://",
            where="--to",
            fix="give a folder, https://… or one of Apprise's addresses",
        )

    def carry(message: Message, _raw: bytes) -> str:
        title, body = words(message)
        if not post.notify(title=title, body=body):
            raise Unavailable("the chat did not take it", where="--to", fix="it is tried again")
        return hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()

    return Carrier("chat", carry, TOPICS)


def words(message: Message) -> tuple[str, str]:
    """Title and text of a reminder: what kind of thing waits, its number in the ledger, whose it is, and by when.

    Only these are ever taken from the message: whatever else it holds, no card and no person is named.
    """
    told = message.body
    kind = _KINDS.get(str(told.get("kind")), "记录 record")
    title = f"{_WHAT.get(str(told.get('what')), '提醒 reminder')}: {kind}"
    # a number that is not our own digest may have been made of a card's: such a thing is not named
    lines = [f"编号 number: {message.record_id}"] if _OURS.fullmatch(message.record_id) else []
    if told.get("assigned_to"):
        lines.append(f"承办 with: {told['assigned_to']}")
    if told.get("due_at"):
        lines.append(f"时限 due: {told['due_at']}")
    return title, "\n".join(lines)


def _apprise() -> Any:
    try:
        import apprise
    except ImportError as error:
        raise Unavailable(
            "this address needs Apprise",
            where="--to",
            fix="install duanka with its extra `notify`, or give a folder or https://…",
        ) from error
    return apprise
