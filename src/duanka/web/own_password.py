"""The password that somebody gives themselves: the old one is asked for, and the change is a row of history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.errors import BadInput
from duanka.store.ledger import SYSTEM
from duanka.web import people

if TYPE_CHECKING:
    from datetime import datetime

    from duanka.store.ledger import Ledger


def change_own(
    book: Ledger, user_id: str, known: tuple[str, str], new: str, *, at: datetime
) -> None:
    """Nothing; the user enters with the new password from now on. `known` are the old one and the code.

    A wrong old password counts as a wrong try to enter. The second factor stays as it is.
    Raises: NotAllowed as `enter`; BadInput if the new password is short or the old one.
    """
    people.enter(book, user_id, *known, at=at, purpose="somebody asks to change their own password")
    if new == known[0]:
        raise BadInput("the new password is the old one 新口令与原口令相同", where="password", fix="choose another")  # fmt: skip
    with book.desk(SYSTEM, at=at, purpose="somebody changes their own password") as desk:
        found = desk.look("user", user_id)
        secret = str((found.personal or {})["secret"])
        desk.write(found.but(), act="change_password", personal=people.sealed(new, secret))
