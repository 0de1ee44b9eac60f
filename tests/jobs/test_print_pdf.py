"""PDF: what was written is in it, as text and not as commands; no font or no extra is said clearly."""

import re
import sys
import zlib
from datetime import UTC, datetime

import pytest

from duanka.cases.paper import Heading, PageBreak, Paper, Point, Table, Text
from duanka.errors import Unavailable
from duanka.jobs.print_pdf import FONTS, chinese, pdf

AT = datetime(2026, 6, 1, tzinfo=UTC)
PAPER = Paper(
    "告知书",
    (Heading("一、依据"), Text('#panic("x") $y$ \\ "z"'), Point("申诉"), PageBreak(),
     Table(("卡", "措施"), (("A1", "限制"),))),
    shown="告知书",
)  # fmt: skip


def has_chinese_font() -> bool:
    import typst

    return bool(
        {name.casefold() for name in FONTS} & {f.casefold() for f in typst.Fonts().families()}
    )


def inflated(raw: bytes) -> bytes:
    found = [
        zlib.decompress(part)
        for part in re.findall(rb"stream\r?\n(x.*?)\r?\nendstream", raw, re.DOTALL)
    ]
    return b"".join(found)


def test_a_paper_becomes_a_pdf_that_holds_its_words():
    if not has_chinese_font():
        with pytest.raises(Unavailable, match="no Chinese font"):
            pdf(PAPER, AT)
        return
    raw = pdf(PAPER, AT)
    assert raw.startswith(b"%PDF-")
    # which glyph is which letter stands beside the font, in UTF-16: the words can be searched and read aloud
    told = inflated(raw).upper()
    for letter in "告知书依据申诉措施限制":
        assert letter.encode("utf-16-be").hex().upper().encode() in told, letter
    assert pdf(PAPER, AT) == raw


def test_the_font_liked_best_is_taken_and_none_is_said_clearly():
    assert chinese(["Arial", "simsun", "Noto Sans CJK SC"]) == "Noto Sans CJK SC"
    with pytest.raises(Unavailable) as told:
        chinese(["Arial"])
    assert "fonts-noto-cjk" in told.value.fix


def test_without_typst_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(Unavailable) as told:
        pdf(PAPER, AT)
    assert "report" in told.value.fix
