"""Bytes as whole lines of UTF-8."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.errors import BadInput
from duanka.tables import decode

CHINESE = "编号,金额\n甲,1\n乙,2\n"


def chopped(raw, size):
    return [raw[i : i + size] for i in range(0, len(raw), size)]


def text(raw, size=7):
    encoding = decode.probe(chopped(raw, size))
    return b"".join(block for block, _ in decode.utf8(chopped(raw, size), encoding)).decode()


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("ab,\n编号金额"), max_size=60), st.integers(1, 9))
def test_utf8_and_gb18030_come_out_the_same(content, size):
    assert text(content.encode(), size) == content
    if content.encode("gb18030") != content.encode():
        assert text(content.encode("gb18030"), size) == content


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_that_exports_carry(encoding):
    assert text(CHINESE.encode(encoding)) == CHINESE


def test_a_word_that_passes_for_utf8_does_not_decide():
    # These two characters of GB18030 are two valid ones of UTF-8.
    head = bytes.fromhex("d0a1d0a1")
    assert head.decode("utf-8")
    raw = head + b",1\n" + CHINESE.encode("gb18030")
    assert text(raw, 1000) == raw.decode("gb18030")


def test_a_few_bad_lines_do_not_make_a_file_gb18030():
    raw = CHINESE.encode() * 3 + b"x\xff\xff,1\n" + CHINESE.encode()
    assert decode.probe([raw]) == "utf-8"
    ((block, bad),) = decode.utf8([raw], "utf-8")
    assert bad == [9]
    assert block.split(b"\n")[9] == b""
    assert block.count(b"\n") == raw.count(b"\n")


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_line_ends_of_every_system(size):
    assert b"".join(decode.lines(chopped(b"a\r\nb\r\n", size))) == b"a\nb\n"
    assert b"".join(decode.lines(chopped(b"a\rb\r", 100))) == b"a\nb\n"
    assert b"".join(decode.lines([b"a\rx,b\nc\n"])) == b"a x,b\nc\n"


def test_blocks_end_after_lines():
    assert list(decode.lines([b"ab", b"c\nd", b"e\nf"])) == [b"abc\n", b"de\n", b"f"]


def test_a_stream_without_line_ends_is_no_text(monkeypatch):
    monkeypatch.setattr(decode, "LONGEST", 100)
    with pytest.raises(BadInput, match="a line of more than"):
        list(decode.lines([b"x" * 60, b"x" * 60]))
