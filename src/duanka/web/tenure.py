"""How long and as what somebody may enter: what a security officer does to another's user, each act a row of history."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pyotp

from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.store.ledger_scope import Wanted
from duanka.web import people

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.store.ledger import Desk, Viewer
    from duanka.store.ledger_rows import Record

ROLE = "security"
SEERS = (ROLE, "administrator", "auditor")
ACTIVE, DISABLED = "active", "disabled"
MOVES: Mapping[str, tuple[str, str]] = {
    "disable": (ACTIVE, DISABLED),
    "enable": (DISABLED, ACTIVE),
}
"""Which act leads from which state to which."""
MOST = 500


def everybody(desk: Desk, *, after: str = "", limit: int = MOST) -> list[Record]:
    """The users by name, from the one after `after`, without password and second factor.

    Raises: NotAllowed for who neither lets people in, keeps the system nor audits.
    """
    if not desk.viewer.has(*SEERS):
        raise NotAllowed("users are not yours to see 您的角色无权查看", where="user", fix="ask the security officer")  # fmt: skip
    return desk.find(Wanted("user"), limit=limit, after=after)


def add(desk: Desk, who: Viewer, *, second_factor: bool) -> tuple[str, str]:
    """The first password of somebody new, and the secret of their second factor, empty without one; said once.

    Raises: NotAllowed; BadInput as `people.add_user`.
    """
    _may(desk, who.user_id)
    word, secret = _word(), pyotp.random_base32() if second_factor else ""
    people.let_in(desk, who, word, secret=secret)
    return word, secret


def move(desk: Desk, user_id: str, act: str, because: str) -> Record:
    """The user who may enter again (`enable`) or no longer (`disable`).

    Raises: NotAllowed; NotFound; Conflict if they stand there already; BadInput without a reason.
    """
    _may(desk, user_id)
    found, (from_, to) = desk.get("user", user_id), MOVES[act]
    if found.state != from_:
        raise Conflict(f"{user_id} is {found.state} already", where="user", fix="look again")
    return desk.write(found.but(to, because=_reason(because)), act=act)


def unlock(desk: Desk, user_id: str, because: str) -> Record:
    """The user, who may try to enter again at once after too many wrong passwords.

    Raises: NotAllowed; NotFound; BadInput without a reason.
    """
    _may(desk, user_id)
    found = desk.get("user", user_id)
    freed = found.but(wrong=0, locked_until=None, because=_reason(because))
    return desk.write(freed, act="unlock")


def reset(desk: Desk, user_id: str, because: str, *, second_factor: bool) -> tuple[str, str]:
    """A new password and, if it is wanted, a new secret of the second factor; said once, the old ones are void.

    Raises: NotAllowed; NotFound; BadInput without a reason.
    """
    _may(desk, user_id)
    found = desk.get("user", user_id)
    word, secret = _word(), pyotp.random_base32() if second_factor else ""
    after = found.but(
        wrong=0, locked_until=None, second_factor=second_factor, because=_reason(because)
    )
    desk.write(after, act="reset", personal=people.sealed(word, secret))
    return word, secret


def grant(desk: Desk, who: Viewer, because: str) -> Record:
    """The user with exactly these roles and scopes from the next time they enter.

    Raises: NotAllowed; NotFound; BadInput without a reason, or as `people.add_user`.
    """
    _may(desk, who.user_id)
    found = desk.get("user", who.user_id)
    return desk.write(found.but(**people.allowed(who), because=_reason(because)), act="grant")


def _may(desk: Desk, user_id: str) -> None:
    """Nobody changes what they themselves may do."""
    if not desk.viewer.has(ROLE):
        raise NotAllowed("only a security officer changes users 须由安全管理员办理", where="user", fix="ask the security officer")  # fmt: skip
    if desk.viewer.user_id == user_id:
        raise NotAllowed("nobody changes their own user 不能变更自己的用户", where="user", fix="ask another security officer")  # fmt: skip


def _reason(because: str) -> str:
    if not because.strip():
        raise BadInput("no reason is given 未填写理由", where="user", fix="say why")
    return because.strip()


def _word() -> str:
    return secrets.token_urlsafe(12)
