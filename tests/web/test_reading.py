import asyncio

import pytest

from duanka.web.problems import TooLarge, TooSlow
from duanka.web.reading import Gone, body_of


def receiver(*messages, then=None):
    left = list(messages)

    async def receive():
        if left:
            return left.pop(0)
        return await asyncio.Event().wait()

    return receive


def part(body, more):
    return {"type": "http.request", "body": body, "more_body": more}


LEFT = {"type": "http.disconnect"}


def read(*messages, length=None, **bounds):
    headers = {} if length is None else {b"content-length": length}
    return asyncio.run(body_of(headers, receiver(*messages), **bounds))


def test_a_body_is_whole_however_it_was_cut():
    assert read(part(b"abc", False)) == b"abc"
    assert read(part(b"a", True), part(b"", True), part(b"bc", False)) == b"abc"
    assert read(part(b"", False)) == b""


def test_a_body_as_large_as_may_be_is_read_and_one_byte_more_is_not():
    assert read(part(b"a" * 8, False), most=8) == b"a" * 8
    for messages in ([part(b"a" * 9, False)], [part(b"a" * 5, True), part(b"a" * 4, True)]):
        with pytest.raises(TooLarge):
            read(*messages, most=8)


@pytest.mark.parametrize("length", [b"9", b"9" * 400])
def test_a_body_said_to_be_too_large_is_not_read_at_all(length):
    with pytest.raises(TooLarge):
        read(length=length, most=8)


def test_a_length_that_is_no_number_is_left_to_the_bytes():
    assert read(part(b"abc", False), length=b"x") == b"abc"


def test_who_dribbles_is_not_waited_for():
    with pytest.raises(TooSlow):
        read(part(b"a", True), within_s=0.01)


def test_who_leaves_is_not_answered():
    with pytest.raises(Gone):
        read(LEFT)
    with pytest.raises(Gone):
        read(part(b"a", True), LEFT)
