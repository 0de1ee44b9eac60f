"""Notices: both languages, plain reasons, article, term, appeal, papers; delivered and read once."""

import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from docx import Document

from desks import SIM, finding, in_force, policy, sit
from duanka.cases import notice
from duanka.cases.appeal import Plea, receive
from duanka.errors import Conflict
from duanka.store.ledger import SYSTEM, Wanted
from ledgers import AT, ledger

GUILT = ("犯罪分子", "罪犯", "骗子", "诈骗犯", "criminal", "fraudster")


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def texts(book, notice_id):
    with sit(book, SYSTEM, purpose="delivery of a notice") as desk:
        return desk.look("notice", notice_id).personal


@pytest.mark.parametrize(
    "measure", ["verify_transaction", "delay_settlement", "restrict", "suspend"]
)
def test_a_notice_says_all_that_the_law_asks_for(measure, book):
    made = in_force(book, finding(measure, card_id="6222000000001234"))
    told = texts(book, made.body["notice_id"])
    for words in (
        "近1天转入笔数", "第十八条", "申诉渠道", "柜台", "有效身份证件", "自动解除", "人工", "62****1234",
        "2026-06-01 12:00", "手机丢失", made.id,
    ):  # fmt: skip
        assert words in told["zh"], words
    for words in ("Why:", "appeal", "counter", "identity document", "ends by itself", "a person"):
        assert words in told["en"], words
    assert not re.search(r"\$\w+", told["zh"] + told["en"])
    assert not [word for word in GUILT if word in told["zh"] + told["en"]]
    with book.read(SYSTEM, at=AT) as desk:
        body = desk.get("notice", made.body["notice_id"]).body
    assert body["says"] == ["reason", "remedy", "documents"]


def test_a_notice_about_a_sim_says_what_stays(book):
    made = in_force(book, SIM.__class__(**{**vars(SIM), "measure": "reverify_identity"}))
    told = texts(book, made.body["notice_id"])
    assert "紧急呼叫" in told["zh"]
    assert "第十一条" in told["zh"]


def test_the_outbox_holds_no_text_of_a_notice(book):
    in_force(book, finding("restrict"))
    for message in book.claim("t", at=AT):
        assert "申诉" not in repr(message.body)


def test_a_proposal_has_its_notice_ready_and_nobody_is_told_yet(book):
    from duanka.cases import order

    with sit(book, SYSTEM) as desk:
        made = order.propose(desk, finding("restrict"), policy())
        assert desk.get("notice", made.body["notice_id"]).state == "drafted"
    assert book.claim("t", at=AT) == []


def test_delivery_and_reading_are_written_down_once(book):
    made = in_force(book, finding("restrict"))
    with sit(book, SYSTEM) as desk:
        kept = desk.get("notice", made.body["notice_id"])
        with pytest.raises(Conflict):
            notice.read(desk, kept)
        sent = notice.delivered(desk, kept, channel="file", proof="abc")
        with pytest.raises(Conflict):
            notice.delivered(desk, sent, channel="file", proof="abc")
        assert notice.read(desk, sent).state == "read"
    assert (sent.body["channel"], sent.body["proof"]) == ("file", "abc")


def test_the_steps_of_an_appeal_are_told(book):
    made = in_force(book, finding("restrict"))
    with sit(book, SYSTEM) as desk:
        appeal = receive(desk, made, Plea("1", "letter", "x"), policy())
        (told,) = desk.find(Wanted("notice", parent_id=appeal.id))
        words = desk.look("notice", told.id).personal
    assert "2026-06-06 12:00" in words["zh"]
    assert appeal.id in words["en"]


def test_a_word_document_holds_both_languages():
    raw = notice.docx({"zh": "告知\n第二行", "en": "Notice"}, datetime(2026, 6, 1, tzinfo=UTC))
    lines = [paragraph.text for paragraph in Document(BytesIO(raw)).paragraphs]
    assert lines[:2] == ["告知", "第二行"]
    assert "Notice" in lines


def test_a_template_that_lacks_a_value_is_a_fault():
    with pytest.raises(KeyError):
        notice.text("measure", {}, "zh")
