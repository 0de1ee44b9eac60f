"""A paper as its parts, and the same paper as a Word document or as the source that Typst sets as PDF.

Every word goes into Typst's source as a string, never as markup: what somebody wrote cannot become a command.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from docx.document import Document as Word
    from docx.table import _Row as Row


_FONTS = {"Normal": "宋体", "Title": "黑体", "Heading 1": "黑体", "List Bullet": "宋体"}


@dataclass(frozen=True)
class Heading:
    """A heading of a section."""

    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph; an empty one leaves a line free."""

    text: str


@dataclass(frozen=True)
class Point:
    """A point of a list."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table with its heads."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


Part = Heading | Text | Point | Table | PageBreak


@dataclass(frozen=True)
class Paper:
    """A title and what stands under it; `shown` is the title as it is printed, empty for none."""

    title: str
    parts: tuple[Part, ...]
    shown: str = ""


def docx(paper: Paper, at: datetime) -> bytes:
    """The paper as a Word document of that instant."""
    from docx import Document

    made = Document()
    _set_fonts(made)
    if paper.shown:
        made.add_heading(paper.shown, 0).alignment = 1  # in the middle
    for part in paper.parts:
        _add(made, part)
    properties = made.core_properties
    properties.author, properties.title = "duanka", paper.title
    properties.created = properties.modified = at.replace(tzinfo=None)
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def _set_fonts(made: Word) -> None:
    """Nothing; Chinese stands in the fonts that papers of offices have, and headings are black."""
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    for name, font in _FONTS.items():
        style = made.styles[name]
        style.font.name = "Times New Roman"
        style.element.rPr.rFonts.set(qn("w:eastAsia"), font)
        style.font.color.rgb = RGBColor(0, 0, 0)


def _add(made: Word, part: Part) -> None:
    match part:
        case Heading(text):
            made.add_heading(text, 1)
        case Text(text):
            made.add_paragraph(text)
        case Point(text):
            made.add_paragraph(text, style="List Bullet")
        case PageBreak():
            made.add_page_break()  # type: ignore[no-untyped-call]
        case Table(heads, rows):
            _add_table(made, heads, rows)


def _add_table(made: Word, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    table = made.add_table(rows=1, cols=len(heads), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    _repeat(table.rows[0])
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def _repeat(row: Row) -> None:
    """Nothing; the row stands again at the top of every page that the table goes on to."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # noqa: SLF001  # python-docx has no word for it


def typst(paper: Paper, at: datetime, *, font: str) -> str:
    """The paper as source for Typst, set in the font."""
    day = f"datetime(year: {at.year}, month: {at.month}, day: {at.day})"
    lines = [
        f'#set document(title: {literal(paper.title)}, author: "duanka", date: {day})',
        '#set page(paper: "a4", margin: 2.4cm, numbering: "1")',
        f'#set text(font: {literal(font)}, lang: "zh", size: 10.5pt)',
        "#set par(leading: 0.8em, spacing: 1em)",
    ]
    if paper.shown:
        lines.append(f'#align(center, text(size: 18pt, weight: "bold", {literal(paper.shown)}))')
    return "\n".join([*lines, *(_set(part) for part in paper.parts)]) + "\n"


def _set(part: Part) -> str:
    match part:
        case Heading(text):
            return f"#heading(level: 1, {literal(text)})"
        case Text(text):
            return f"#par({literal(text)})" if text.strip() else "#v(0.4em)"
        case Point(text):
            return f"#list({literal(text)})"
        case PageBreak():
            return "#pagebreak()"
        case Table(heads, rows):
            head = ", ".join(f"strong({literal(text)})" for text in heads)
            cells = ", ".join(literal(text) for row in rows for text in row)
            return f"#table(columns: {len(heads)}, inset: 5pt, table.header({head}), {cells})"


def literal(text: str) -> str:
    r"""The words as a string of Typst's.

    Example:
        >>> print(literal('a "b" \\ #c'))
        "a \"b\" \\ #c"
    """
    told = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + told.replace("\n", "\\n").replace("\r", "") + '"'
