"""One description of a paper, two ways to print it."""

from datetime import UTC, datetime
from io import BytesIO

from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.cases.paper import Heading, PageBreak, Paper, Point, Table, Text, docx, literal, typst

AT = datetime(2026, 6, 1, tzinfo=UTC)
PAPER = Paper(
    "研判报告",
    (
        Heading("一"),
        Text("甲"),
        Text(""),
        Point("乙"),
        PageBreak(),
        Table(("a", "b"), (("1", "2"),)),
    ),
    shown="研判报告",
)


def test_word_holds_every_part_in_order():
    made = Document(BytesIO(docx(PAPER, AT)))
    told = [one.text for one in made.paragraphs]
    assert told[:5] == ["研判报告", "一", "甲", "", "乙"]
    assert [[cell.text for cell in row.cells] for row in made.tables[0].rows] == [
        ["a", "b"],
        ["1", "2"],
    ]
    assert made.core_properties.title == "研判报告"


def test_typst_is_told_the_same():
    told = typst(PAPER, AT, font="F")
    for line in ('font: "F"', '#heading(level: 1, "一")', '#par("甲")', '#list("乙")', "#pagebreak()",
                 '#table(columns: 2, inset: 5pt, table.header(strong("a"), strong("b")), "1", "2")'):  # fmt: skip
        assert line in told


@settings(max_examples=40, deadline=None)
@given(st.text())
def test_whatever_was_written_stays_inside_its_string(text):
    inside = literal(text)[1:-1]
    left = inside.replace("\\\\", "").replace('\\"', "").replace("\\n", "")
    assert '"' not in left
    assert "\\" not in left
    assert "\n" not in inside
