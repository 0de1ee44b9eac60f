"""The study report: Chinese, complete, and its words go no further than suspicion."""

from io import BytesIO

import pytest
from docx import Document

from desks import FOUND, finding, in_force, policy, sit
from duanka.cases import case
from duanka.cases.case import Alerts
from duanka.cases.study_report import study_report
from duanka.store.ledger import SYSTEM
from ledgers import ANALYST, ledger

VERDICTS = ("犯罪分子", "罪犯", "犯罪嫌疑人", "诈骗犯", "骗子", "确认涉案", "构成犯罪")


@pytest.fixture(params=["no_suspicion", "suspicion_stays", "victim", ""])
def words(request, tmp_path):
    book = ledger("sqlite", tmp_path)
    in_force(book, finding("restrict"))
    with sit(book, SYSTEM) as desk:
        made = case.open_case(desk, Alerts("network", "N1", (FOUND,), 5_000), policy())
    with sit(book, ANALYST, purpose="study of a case") as desk:
        made = case.take_up(desk, case.assign(desk, made, "ana"))
        made = case.attach(desk, made, "回函.pdf", "a" * 64)
        if request.param:
            made = case.conclude(desk, made, request.param, policy(), because="说明理由")
        raw = study_report(desk, made, policy())
        assert desk.history("case", made.id)[-1].act == "export"
    read = Document(BytesIO(raw))
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in read.paragraphs), *cells])


def test_it_tells_the_case(words):
    for wanted in (
        "研判报告", "疑似团伙 N1", "50.00", "A1", "高危卡", "近1天转入笔数", "暂停非柜面业务", "第十八条",
        "m1", "p1", "回函.pdf",
    ):  # fmt: skip
        assert wanted in words, wanted


def test_it_names_nobody_guilty(words):
    assert not [one for one in VERDICTS if one in words]
    assert "不是对任何人违法犯罪的认定" in words
