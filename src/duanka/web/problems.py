"""Faults as a caller over HTTP meets them: problem documents (RFC 9457) that say what, where and what to do."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

from duanka.errors import BadInput, DuankaError, NotAllowed, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA = b"application/problem+json"


class TooLarge(BadInput):
    """The body is larger than the door reads."""

    status = 413


class TooSlow(BadInput):
    """The body did not arrive in time."""

    status = 408


class WrongMedia(BadInput):
    """The body is of a kind that the door does not read."""

    status = 415


class NoKey(NotAllowed):
    """There is no key, or none that is known and in force."""

    status = 401


class TooMany(Unavailable):
    """The key has used up its rate; `retry_after_s` says when to come again."""

    status = 429

    def __init__(
        self, what: str, *, where: str = "", fix: str = "", retry_after_s: int = 1
    ) -> None:
        super().__init__(what, where=where, fix=fix)
        self.retry_after_s = retry_after_s


class Busy(Unavailable):
    """The door has more waiting than it takes in; `answers` is what policy answers meanwhile."""

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        fix: str = "",
        retry_after_s: int = 1,
        answers: tuple[Any, ...] = (),
    ) -> None:
        super().__init__(what, where=where, fix=fix)
        self.retry_after_s = retry_after_s
        self.answers = answers


def document(error: DuankaError) -> bytes:
    """The problem document of a fault; `code` is the fault's name, which stays when words change."""
    words: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": type(error).__name__,
        "detail": error.what,
    }
    if error.where:
        words["where"] = error.where
    if error.fix:
        words["fix"] = error.fix
    if answers := getattr(error, "answers", ()):
        words["answers"] = list(answers)
    return msgspec.json.encode(words)


def headers_of(error: DuankaError) -> list[tuple[bytes, bytes]]:
    """What a fault adds to the headers: when to come again, which key is asked for, that the line closes."""
    found = []
    if retry := getattr(error, "retry_after_s", 0):
        found.append((b"retry-after", str(retry).encode()))
    if error.status == HTTPStatus.UNAUTHORIZED:
        found.append((b"www-authenticate", b'Bearer realm="duanka"'))
    if error.status in {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT}:
        # The rest of the body is not read, so what would follow on this connection is not a request.
        found.append((b"connection", b"close"))
    return found


_PLAIN: Mapping[int, tuple[str, str]] = {
    404: ("there is nothing at this address", "see /v1/openapi.json for what there is"),
    405: ("this address does not know the method", "see the header Allow"),
}


def plain(status: int) -> DuankaError:
    """The fault behind a bare HTTP status that the router found."""
    what, fix = _PLAIN.get(status, (HTTPStatus(status).phrase.lower(), "see /v1/openapi.json"))
    error = DuankaError(what, fix=fix)
    error.status = status
    return error


def ours(reference: str) -> DuankaError:
    """A fault of duanka itself, with the reference under which the log tells more."""
    return DuankaError(
        "duanka itself is at fault",
        where=f"reference {reference}",
        fix="send it again; if it happens again, open an issue with the reference",
    )
