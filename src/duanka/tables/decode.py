"""Bytes of a text file, of whatever encoding, as whole lines of UTF-8."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from duanka.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST = 1 << 26
"""Bytes without a line end after which a file is taken for something else than text."""
_SURE = 1000
_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def bom(head: bytes) -> str | None:
    """The encoding that a byte order mark at the head of a file tells, if there is one."""
    return next((name for mark, name in _BOMS.items() if head.startswith(mark)), None)


def probe(blocks: Iterable[bytes]) -> str:
    """Whether a whole stream is utf-8, utf-16 or gb18030.

    A stream is UTF-8 as long as its bytes are, or as a few bad lines are all that stands against
    it; a few Chinese words of GB18030 can pass for UTF-8, so the whole stream is asked.
    """
    good = bad = 0
    for index, block in enumerate(lines(blocks)):
        if index == 0 and (told := bom(block)):
            return told
        if block.isascii():
            continue
        for line in block.decode("utf-8", errors="replace").split("\n"):
            if "\ufffd" in line:
                bad += 1
            elif not line.isascii():
                good += 1
        if bad > _SURE and bad > good:
            break
    return "gb18030" if bad > good else "utf-8"


def lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, cut only after line ends; a carriage return becomes a line end or a blank.

    Raises: BadInput if no line end comes for 64 MiB: that is no text file.
    """
    rest = b""
    for block in _newlines(blocks):
        cut = block.rfind(b"\n") + 1
        if cut:
            yield rest + block[:cut]
            rest = block[cut:]
        else:
            rest += block
        if len(rest) > LONGEST:
            raise BadInput("a line of more than 64 MiB", fix="give a text file with one row a line")
    if rest:
        yield rest


def _newlines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    held = b""
    lone: bytes | None = None
    for block in blocks:
        block = held + block  # noqa: PLW2901 - a pair may straddle two blocks
        held = b""
        if b"\r" in block:
            if block.endswith(b"\r"):
                block, held = block[:-1], b"\r"  # noqa: PLW2901
            # A file of an old Mac ends lines with \r alone; elsewhere a lone \r is dirt in a field.
            lone = lone or (b" " if b"\n" in block else b"\n")
            block = block.replace(b"\r\n", b"\n").replace(b"\r", lone)  # noqa: PLW2901
        yield block
    if held:
        yield lone or b"\n"


def utf8(blocks: Iterable[bytes], encoding: str) -> Iterator[tuple[bytes, list[int]]]:
    """Whole lines as UTF-8 without byte order mark, and which lines of each block no encoding fits.

    A line that cannot be decoded comes out empty, so that line numbers stay true.
    """
    if encoding == "utf-16":
        blocks = (part.encode() for part in codecs.iterdecode(blocks, "utf-16", errors="replace"))
        encoding = "utf-8"
    for index, block in enumerate(lines(blocks)):
        clean = block.removeprefix(codecs.BOM_UTF8) if index == 0 else block
        yield _one(clean, encoding)


def _one(block: bytes, encoding: str) -> tuple[bytes, list[int]]:
    if block.isascii():
        return block, []
    try:
        text = block.decode(encoding)
    except UnicodeDecodeError:
        return _line_by_line(block, encoding)
    return (block if encoding == "utf-8" else text.encode()), []


def _line_by_line(block: bytes, encoding: str) -> tuple[bytes, list[int]]:
    out: list[bytes] = []
    bad: list[int] = []
    for index, line in enumerate(block.split(b"\n")):
        try:
            out.append(line if line.isascii() else line.decode(encoding).encode())
        except UnicodeDecodeError:
            out.append(b"")
            bad.append(index)
    return b"\n".join(out), bad
