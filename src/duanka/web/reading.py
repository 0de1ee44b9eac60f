"""What comes in over ASGI: a body, bounded in size and time while it is read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from duanka.web.problems import TooLarge, TooSlow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive

MOST_BYTES = 4 * 1024 * 1024
"""Of one body: some 15,000 events."""
MOST_SECONDS = 10.0
"""Between the head of a request and the last byte of its body."""


class Gone(Exception):  # noqa: N818 - nobody is at fault who is still there
    """The caller left before the body was whole; there is nobody to answer."""


async def body_of(
    headers: Mapping[bytes, bytes],
    receive: Receive,
    *,
    most: int = MOST_BYTES,
    within_s: float = MOST_SECONDS,
) -> bytes:
    """The whole body.

    Raises: TooLarge as soon as it is known to be; TooSlow; Gone.
    """
    told = headers.get(b"content-length", b"0")
    if len(told) > 18 or (told.isdigit() and int(told) > most):
        raise _too_large(most)
    first = await receive()
    if first["type"] == "http.disconnect":
        raise Gone
    body: bytes = first.get("body", b"")
    if len(body) > most:
        raise _too_large(most)
    if not first.get("more_body", False):
        return body
    # Most bodies come whole with their head; only the others pay for a clock. A caller who sends a head
    # and then nothing is cut off by the connection's own watch (web/serving.py).
    return await _rest(receive, bytearray(body), most, within_s)


async def _rest(receive: Receive, body: bytearray, most: int, within_s: float) -> bytes:
    try:
        async with asyncio.timeout(within_s):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Gone
                body += message.get("body", b"")
                if len(body) > most:
                    raise _too_large(most)
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError as error:
        raise _too_slow(within_s) from error


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        f"the body is larger than {most:,} bytes",
        where="request body",
        fix="send fewer events at once",
    )


def _too_slow(within_s: float) -> TooSlow:
    return TooSlow(
        f"the body was not whole after {within_s:g} s",
        where="request body",
        fix="send the whole body at once",
    )
