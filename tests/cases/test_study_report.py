"""The study report: Chinese, complete, and its words go no further than suspicion."""

from io import BytesIO

import pytest
from docx import Document

from desks import FOUND, at, finding, in_force, policy, sit
from duanka.cases import appeal, case, order
from duanka.cases.appeal import Plea
from duanka.cases.case import Alerts
from duanka.cases.study_report import study_paper, study_report
from duanka.store.ledger import SYSTEM
from ledgers import ANALYST, REVIEWER, ledger

VERDICTS = ("犯罪分子", "罪犯", "犯罪嫌疑人", "诈骗犯", "骗子", "确认涉案", "构成犯罪")


@pytest.fixture(params=["no_suspicion", "suspicion_stays", "victim", ""])
def words(request, tmp_path):
    book = ledger("sqlite", tmp_path)
    in_force(book, finding("restrict"))
    with sit(book, SYSTEM) as desk:
        made = case.open_case(desk, Alerts("network", "N1", (FOUND,), 5_000), policy())
    with sit(book, ANALYST, purpose="study of a case") as desk:
        made = case.take_up(desk, case.assign(desk, made, "ana"))
        desk.look("case", made.id)
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


def test_an_officer_finds_who_did_what_and_which_card_has_which_sign(words):
    for wanted in (
        "出具人：ana", "承办人", "北京时间", "近1天转入笔数：1张卡（账户 A1）", "账户 A1", "没有收到申诉",
        "立案", "开始核查", "系统",
    ):  # fmt: skip
        assert wanted in words, wanted
    assert "account:A1" not in words
    assert "look" not in words
    assert "高危卡：" not in words, "the tier is no sign of its own"


def test_a_lifted_order_says_when_and_why_and_appeals_stand_in_the_report(tmp_path):
    book = ledger("sqlite", tmp_path)
    of = in_force(book, finding("restrict"))
    with sit(book, SYSTEM) as desk:
        made = case.open_case(desk, Alerts("network", "N1", (FOUND,), 5_000), policy())
        order.propose(desk, finding("suspend", as_of="2026-06-01T01:00:00+08:00"), policy())
        plea = appeal.receive(desk, of, Plea("1", "letter", "x"), policy())
    with sit(book, REVIEWER, at(1)) as desk:
        appeal.grant(desk, plea, policy(), because="x")
    with sit(book, ANALYST, at(2)) as desk:
        paper = study_paper(desk, desk.get("case", made.id), policy())
    told = str(paper.parts)
    assert "已解除（2026-06-02 12:00，申诉成立）" in told
    assert "申诉成立，措施已解除" in told
    assert "未生效" in told


def test_it_names_nobody_guilty(words):
    assert not [one for one in VERDICTS if one in words]
    assert "不是对任何人违法犯罪的认定" in words
