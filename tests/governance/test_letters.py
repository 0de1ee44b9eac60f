from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document

from duanka.errors import BadInput
from duanka.governance.letters import FIGURES, TITLES, Letter, docx
from duanka.tables.words import LISTINGS

LETTER = Letter(
    "interview",
    "某某银行某某支行",
    "2026-06",
    "涉案率下限明显高于同类预期",
    "银发〔2016〕261号",
    "反诈中心",
    "2026年7月1日",
    "2026年7月31日",
    5,
)
ROW = dict.fromkeys(FIGURES, 2.5) | {"counted_new": 12, "tail_share": 3e-7, "unit_id": "o-1"}


def text_of(content):
    paper = Document(BytesIO(content))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in paper.paragraphs), *cells])


@pytest.mark.parametrize("kind", list(TITLES))
def test_every_letter_says_the_figures_the_basis_and_the_rights(kind):
    told = text_of(docx(replace(LETTER, kind=kind), ROW))
    for words in (
        TITLES[kind],
        LETTER.unit_name,
        "261号",
        "5日内向反诈中心提出异议",
        "不是对任何人违法犯罪的认定",
        "12",
        "约 1/3,300,000",
    ):
        assert words in told
    assert all(name in told for name in FIGURES.values())
    assert "犯罪分子" not in told


def test_there_is_a_letter_for_every_rung():
    assert set(LISTINGS) - {"none"} <= set(TITLES)


def test_the_same_letter_is_the_same_bytes():
    assert docx(LETTER, ROW) == docx(LETTER, ROW)


def test_no_letter_without_figures_or_of_an_unknown_kind():
    with pytest.raises(BadInput, match="without its figures"):
        docx(LETTER, {"unit_id": "o-1"})
    with pytest.raises(BadInput, match="there is no letter"):
        docx(replace(LETTER, kind="arrest"), ROW)
