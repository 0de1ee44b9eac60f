"""Who may enter the console: users with their roles and scopes, kept in the ledger, passwords as Argon2 hashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pyotp
from pwdlib import PasswordHash

from duanka.errors import BadInput, NotAllowed
from duanka.store.ledger import SYSTEM, Viewer
from duanka.store.ledger_rows import EVERY, Record

if TYPE_CHECKING:
    from duanka.store.ledger import Desk, Ledger

ROLES = (
    "analyst",
    "officer",
    "reviewer",
    "lead_officer",
    "governance",
    "auditor",
    "security",
    "administrator",
)
UNIT = "unit"
"""Whoever speaks for a listed unit: enters at the command alone, and does nothing else in the system."""
APART = frozenset({"auditor", "security", "administrator", UNIT})
"""Who keeps the system, lets people in, audits or is supervised does nothing else in it, and none of the others."""
# Start values, unverified: five wrong passwords lock a user for a quarter of an hour.
MOST_WRONG = 5
LOCKED_FOR = timedelta(minutes=15)
LEAST_LENGTH = 12
_HASHER = PasswordHash.recommended()
_NOBODY = _HASHER.hash("a password that nobody has")


@dataclass(frozen=True)
class User:
    """Somebody who may enter, and what they may see; `secret` is the second factor's, empty without one."""

    viewer: Viewer
    second_factor: bool


def add_user(
    book: Ledger, viewer: Viewer, password: str, *, at: datetime, secret: str = ""
) -> None:
    """Nothing; the user may enter from now on. `secret` (base32) asks for a second factor.

    Raises: BadInput if there is such a user, a role does not exist, roles that stand apart are mixed, or
        the password is short.
    """
    with book.desk(SYSTEM, at=at, purpose="add a user") as desk:
        let_in(desk, viewer, password, secret=secret)


def let_in(desk: Desk, viewer: Viewer, password: str, *, secret: str = "") -> None:
    """Nothing; the user may enter from now on, let in by whoever sits at the desk.

    Raises: as `add_user`.
    """
    body = {**allowed(viewer), "wrong": 0, "second_factor": bool(secret)}
    if desk.has("user", viewer.user_id):
        raise BadInput("there is such a user", where=viewer.user_id, fix="choose another name")
    made = Record("user", viewer.user_id, "", "", "active", body, is_open=False)
    desk.write(made, act="add", personal=sealed(password, secret))


def allowed(viewer: Viewer) -> dict[str, list[str]]:
    """Roles and scopes as a user's record keeps them.

    Raises: BadInput if a role does not exist, none is named, or roles that stand apart are mixed.
    """
    strange = sorted(set(viewer.roles) - {*ROLES, UNIT})
    if strange or not viewer.roles:
        raise BadInput(f"no role {', '.join(strange) or '-'}", where="user", fix=f"one of {', '.join(ROLES)}")  # fmt: skip
    if APART & set(viewer.roles) and len(viewer.roles) > 1:
        raise BadInput("auditor, security, administrator and unit stand apart", where="user", fix="use two users")  # fmt: skip
    if UNIT in viewer.roles and EVERY in viewer.institutions and ":" not in viewer.user_id:
        raise BadInput("a unit's user speaks for everybody", where="user", fix="name its institution, or the user after the unit, like outlet:o-1")  # fmt: skip
    return {
        "roles": list(viewer.roles),
        "institutions": list(viewer.institutions),
        "regions": list(viewer.regions),
    }


def sealed(password: str, secret: str) -> dict[str, str]:
    """What a user's record keeps of password and second factor, to be sealed.

    Raises: BadInput if the password is short.
    """
    if len(password) < LEAST_LENGTH:
        raise BadInput("the password is short", where="user", fix=f"{LEAST_LENGTH} characters or more")  # fmt: skip
    return {"hash": _HASHER.hash(password), "secret": secret}


def enter(
    book: Ledger,
    user_id: str,
    password: str,
    code: str,
    *,
    at: datetime,
    purpose: str = "somebody enters the console",
) -> User:
    """The user, if password and second factor are theirs; every try is a row of history with its purpose.

    Raises: NotAllowed, always in the same words, so that nobody learns which part was wrong or who exists.
    """
    with book.desk(SYSTEM, at=at, purpose=purpose) as desk:
        if not desk.has("user", user_id):
            _HASHER.verify(password, _NOBODY)  # takes as long as for somebody who exists
            right, found = False, None
        else:
            found = desk.look("user", user_id)
            right = _right(found, password, code, at)
            after = found.but(wrong=0) if right else _wrong(found, at)
            desk.write(after, act="enter" if right else "refuse")
    if not right or found is None:
        raise NotAllowed(
            "name, password or code is wrong, or the user is locked 用户名、口令或验证码有误，或已锁定",
            where="login",
            fix="try again later, or ask the administrator",
        )
    return user_of(found)


def user_of(found: Record) -> User:
    """The user that a record of the ledger tells of."""
    told = found.body
    viewer = Viewer(found.id, *(tuple(told[n]) for n in ("roles", "institutions", "regions")))
    return User(viewer, bool(told["second_factor"]))


def _right(found: Record, password: str, code: str, at: datetime) -> bool:
    until = found.body.get("locked_until")
    kept = found.personal or {}
    known = _HASHER.verify(password, str(kept["hash"]))
    second = not kept["secret"] or pyotp.TOTP(str(kept["secret"])).verify(
        code, for_time=at, valid_window=1
    )
    locked = until is not None and datetime.fromisoformat(until) > at
    return known and second and not locked and found.state == "active"


def _wrong(found: Record, at: datetime) -> Record:
    wrong = int(found.body["wrong"]) + 1
    if wrong < MOST_WRONG:
        return found.but(wrong=wrong)
    return found.but(wrong=0, locked_until=(at + LOCKED_FOR).isoformat())
