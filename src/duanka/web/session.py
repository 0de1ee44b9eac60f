"""Who is in: sessions held by the server, known by a random cookie, ended by idleness; a token against forged forms."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from duanka.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from duanka.web.people import User

COOKIE = "duanka_session"
# Start values, unverified: half an hour without a click, twelve hours in all.
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
MOST = 10_000


@dataclass
class Session:
    """Somebody who is in, since when, and the token that each of their forms carries."""

    user: User
    begun_at: datetime
    seen_at: datetime
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    purpose: str = ""
    """What personal data are looked at for, as last said."""
    returned: bytes = b""
    """The rows of the last file of leads that were refused, as a workbook to be mended."""
    left: tuple[str, ...] = ()
    """What they wrote in a form that came after their last session had ended."""


class Sessions:
    """All who are in. A new id at every entry, so that an id planted before is worth nothing."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._all: dict[str, Session] = {}
        self._late: dict[str, str] = {}
        self._left: dict[str, tuple[str, ...]] = {}

    def begin(self, user: User) -> str:
        """The id of a new session of the user."""
        now = self._clock()
        for key in [k for k, s in self._all.items() if not self._lives(s, now)]:
            self._lapse(key)
        while len(self._all) >= MOST:
            self._all.pop(min(self._all, key=lambda k: self._all[k].seen_at))
        made = secrets.token_urlsafe(32)
        left = self._left.pop(user.viewer.user_id, ())
        self._all[made] = Session(user, now, now, left=left)
        return made

    def leave_words(self, request: Request, words: tuple[str, ...]) -> bool:
        """Whether what a form brought too late is kept: for its writer, until they enter again."""
        user_id = self._late.get(request.cookies.get(COOKIE, ""))
        if user_id is None or not words:
            return False
        _keep(self._left, user_id, words)
        return True

    def _lapse(self, key: str) -> None:
        """Nothing; the session has ended by time, and only whose it was is remembered."""
        if ended := self._all.pop(key, None):
            _keep(self._late, key, ended.user.viewer.user_id)

    def of(self, request: Request) -> Session | None:
        """The session of a request; None if it has none, or it has ended."""
        key = request.cookies.get(COOKIE, "")
        found, now = self._all.get(key), self._clock()
        if found is None or not self._lives(found, now):
            self._lapse(key)
            return None
        found.seen_at = now
        return found

    def end(self, request: Request) -> None:
        """Nothing; the session of the request is over."""
        self._all.pop(request.cookies.get(COOKIE, ""), None)

    def end_all(self, user_id: str) -> None:
        """Nothing; whoever is in as this user is out."""
        self._all = {k: s for k, s in self._all.items() if s.user.viewer.user_id != user_id}

    @staticmethod
    def _lives(one: Session, now: datetime) -> bool:
        return now - one.seen_at < IDLE and now - one.begun_at < LONGEST


def _keep(all_: dict[str, Any], key: str, one: object) -> None:
    """Nothing; it is kept, and the oldest gives way where there are too many."""
    all_[key] = one
    if len(all_) > MOST:
        del all_[next(iter(all_))]


def meant(session: Session, token: object) -> None:
    """Nothing, if the form is one of ours.

    Raises: NotAllowed if it does not carry the session's token.
    """
    if not isinstance(token, str) or not hmac.compare_digest(
        token.encode(), session.token.encode()
    ):
        raise NotAllowed(
            "this form is not from your page, or your page is old 表单已失效",
            where="form",
            fix="open the page again and repeat",
        )
