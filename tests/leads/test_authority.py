from dataclasses import replace
from datetime import timedelta

import pytest

from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.leads.authority import LAW, Document, carry_out, expire
from duanka.store.ledger import SYSTEM
from leads_room import policy
from ledgers import AT, ledger

REGIME = policy().at(AT.date())
CARD, UNIT = ("account", "A1"), ("bank_1", "990101")
PAPER = Document("N-1", "police_1", AT, "ab" * 32)


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def act(book, measure, number="N-1", *, at=AT):
    with book.desk(SYSTEM, at=at, purpose="carry out a document of the police") as desk:
        paper = replace(PAPER, number=number)
        return carry_out(desk, CARD, measure, document=paper, unit=UNIT, regime=REGIME)


@pytest.mark.parametrize("paper", [None, replace(PAPER, number=" "), replace(PAPER, sha256="")])
def test_nothing_is_done_without_the_authoritys_document(book, paper):
    with book.desk(SYSTEM, at=AT, purpose="t") as desk, pytest.raises(NotAllowed, match="police"):
        carry_out(desk, CARD, "freeze", document=paper, unit=UNIT, regime=REGIME)


def test_a_stop_lasts_its_hours_comes_at_most_so_often_and_ends_by_itself(book):
    held = act(book, "stop_payment")
    hours = timedelta(hours=REGIME.number("leads.stop_payment_hours"))
    assert held.due_at == AT + hours
    assert act(book, "stop_payment").version == held.version  # the same paper again is one act
    act(book, "stop_payment", "N-2", at=AT + timedelta(hours=1))
    with pytest.raises(Conflict, match="as often"):
        act(book, "stop_payment", "N-3", at=AT + timedelta(hours=2))
    with book.desk(SYSTEM, at=AT + hours + timedelta(hours=2), purpose="t") as desk:
        assert expire(desk) == 1
        assert expire(desk) == 0
        assert desk.get("hold", "account:A1").state == "ended"


def test_a_freeze_is_ended_by_the_authority_and_keeps_every_paper(book):
    act(book, "freeze")
    ended = act(book, "unfreeze", "N-2")
    assert (ended.state, ended.is_open) == ("ended", False)
    assert [a["document"] for a in ended.body["acts"]] == ["N-1", "N-2"]
    assert ended.body["legal_basis"] == LAW
    with pytest.raises(Conflict, match="cannot follow"):
        act(book, "unfreeze", "N-3")


def test_a_document_of_tomorrow_is_refused(book):
    paper = replace(PAPER, issued_at=AT + timedelta(days=1))
    with book.desk(SYSTEM, at=AT, purpose="t") as desk, pytest.raises(BadInput, match="future"):
        carry_out(desk, CARD, "freeze", document=paper, unit=UNIT, regime=REGIME)
