import asyncio

import pytest

from duanka.errors import BadInput
from duanka.web import problems, reply


def sent(make):
    messages = []

    async def send(message):
        messages.append(message)

    asyncio.run(make(send))
    start, body = messages
    return start["status"], dict(start["headers"]), body["body"]


@pytest.mark.parametrize("media", [reply.JSON, reply.NDJSON, b"text/x"])
def test_every_body_has_its_length_its_kind_and_the_same_protection(media):
    status, headers, body = sent(lambda send: reply.reply(send, b"{}", media=media))
    assert (status, body) == (200, b"{}")
    assert headers[b"content-length"] == b"2"
    assert headers[b"content-type"] == media
    assert set(headers) >= {name for name, _ in reply.SECURITY}


def test_a_fault_leaves_as_a_problem_document_with_its_headers():
    status, headers, body = sent(lambda send: reply.refuse(send, problems.TooMany("x")))
    assert status == 429
    assert headers[b"content-type"] == b"application/problem+json"
    assert headers[b"retry-after"] == b"1"
    assert b'"detail":"x"' in body
    assert sent(lambda send: reply.refuse(send, BadInput("y")))[0] == 422


def guarded(headers, scheme="http"):
    async def page(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    app = reply.Guarded(page)
    return sent(lambda send: app({"type": "http", "scheme": scheme}, None, send))[1]


def test_what_a_page_says_of_itself_stands_and_the_rest_is_added():
    own = (b"Content-Security-Policy", b"default-src 'self'")
    found = guarded([own])
    assert found[b"Content-Security-Policy"] == b"default-src 'self'"
    assert b"content-security-policy" not in found
    assert found[b"x-frame-options"] == b"DENY"


def test_only_over_tls_is_tls_asked_for_ever_after():
    assert b"strict-transport-security" not in guarded([])
    assert b"strict-transport-security" in guarded([], "https")
