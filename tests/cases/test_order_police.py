"""Orders of the police come from their document and leave by their document."""

from dataclasses import replace

import pytest

from desks import at, finding, policy, sit
from duanka.cases import appeal, order, order_police
from duanka.cases.appeal import Plea
from duanka.cases.order_police import Document
from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.store.ledger import SYSTEM
from ledgers import ANALYST, AT, OFFICER, REVIEWER, ledger

PAPER = Document("某市公安局", "止付〔2026〕1号", "a" * 64, "2026-06-01")


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def record(book, document=PAPER, measure="stop_payment", who=OFFICER, when=AT):
    with sit(book, who, when) as desk:
        return order_police.record(desk, finding(measure, because="implicated"), document, policy())


def test_a_stop_lasts_two_days_and_twice_the_same_paper_is_one(book):
    made = record(book)
    assert (made.state, made.due_at, made.body["authority"]) == ("in_force", at(2), "police")
    assert record(book).id == made.id


def test_a_card_is_stopped_twice_at_most(book):
    record(book)
    record(book, replace(PAPER, number="2"))
    with pytest.raises(Conflict, match="stopped 2 times"):
        record(book, replace(PAPER, number="3"))
    assert record(book, replace(PAPER, number="3"), "freeze").due_at == at(180)


@pytest.mark.parametrize("who", [SYSTEM, ANALYST, REVIEWER], ids=["system", "analyst", "reviewer"])
def test_only_an_officer_records_it(who, book):
    with pytest.raises(NotAllowed):
        record(book, who=who)


@pytest.mark.parametrize("name", ["issuer", "number", "digest", "issued_at"])
def test_the_document_is_whole(name, book):
    with pytest.raises(BadInput):
        record(book, replace(PAPER, **{name: " "}))


def test_a_measure_of_the_institution_is_not_recorded_as_theirs(book):
    with pytest.raises(BadInput, match="no measure of the police"):
        record(book, measure="restrict")


def test_it_is_released_by_their_document_only(book):
    made = record(book)
    with sit(book, OFFICER) as desk, pytest.raises(NotAllowed, match="their document"):
        order.lift(desk, made, policy(), because="review")
    with sit(book, OFFICER, at(1)) as desk:
        done = order_police.release(desk, made, replace(PAPER, number="解除1"), policy())
    assert (done.state, done.body["released_by"]["number"]) == ("lifted", "解除1")


def test_an_appeal_against_it_is_passed_on(book):
    made = record(book)
    with sit(book, SYSTEM) as desk:
        plea = appeal.receive(desk, made, Plea("1", "letter", "是工资"), policy())
    with sit(book, REVIEWER) as desk, pytest.raises(NotAllowed, match="authority"):
        appeal.grant(desk, plea, policy(), because="有工资单")
    with sit(book, REVIEWER) as desk:
        gone = appeal.forward(desk, plea, policy(), authority="某市公安局")
        assert gone.state == "forwarded"
        proof = {"digest": "b" * 64}
        appeal.grant(desk, gone, policy(), because="公安机关已解除", document=proof)
        assert desk.get("order", made.id).state == "lifted"
