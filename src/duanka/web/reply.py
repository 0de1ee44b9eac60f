"""What leaves the door over ASGI: bodies with their headers, the same protection on each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.web import problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from duanka.errors import DuankaError

    Headers = Sequence[tuple[bytes, bytes]]

JSON = b"application/json"
NDJSON = b"application/x-ndjson"
SECURITY: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
"""For programs; a page sends its own content security policy, which then stands instead."""
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")
_PLAIN = {media: [(b"content-type", media), *SECURITY] for media in (JSON, NDJSON, problems.MEDIA)}

READY = "ready"
"""Where the start of an ASGI answer has its head in bytes, for servers that know what to do with it."""


def head_of(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    r"""Headers of an answer 200 as they go over the wire; the length of the body goes behind them.

    Example:
        >>> head_of([(b"content-type", b"text/plain")])
        b'content-type: text/plain\r\ncontent-length: '
    """
    return b"".join(b"%s: %s\r\n" % one for one in headers) + b"content-length: "


_READY = {media: head_of(_PLAIN[media]) for media in (JSON, NDJSON)}
JSON_HEAD = _READY[JSON]


async def reply(send: Send, body: bytes, *, media: bytes = JSON) -> None:
    """Nothing; the body has left with its headers, all in one piece where the server knows how."""
    if media not in _READY:
        await reply_with(send, body, (), media=media)
        return
    headers = [*_PLAIN[media], (b"content-length", b"%d" % len(body))]
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    await send({**start, READY: _READY[media]})
    await send({"type": "http.response.body", "body": body})


async def reply_with(
    send: Send, body: bytes, more: Headers, *, status: int = 200, media: bytes = JSON
) -> None:
    """Nothing; the body has left with its headers and some more."""
    known = _PLAIN.get(media) or [(b"content-type", media), *SECURITY]
    headers = [*known, (b"content-length", b"%d" % len(body)), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, error: DuankaError) -> None:
    """Nothing; the fault has left as a problem document."""
    body, more = problems.document(error), problems.headers_of(error)
    await reply_with(send, body, more, status=error.status, media=problems.MEDIA)


class Guarded:
    """An app whose every answer carries the security headers that it does not set itself."""

    def __init__(self, app: ASGIApp, headers: Headers = SECURITY) -> None:
        self.app = app
        self.headers = tuple(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Nothing; the app has answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        secure = scope.get("scheme") == "https"

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                have = list(message.get("headers", ()))
                names = {name.lower() for name, _ in have}
                more = (*self.headers, STRICT_TRANSPORT) if secure else self.headers
                have.extend(one for one in more if one[0] not in names)
                message = {**message, "headers": have}
            await send(message)

        await self.app(scope, receive, guarded)
