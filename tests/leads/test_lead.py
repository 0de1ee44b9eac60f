from datetime import timedelta

import pytest

from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.leads import lead
from duanka.store.ledger import SYSTEM, Wanted
from leads_room import policy
from ledgers import AT, BOTH, ELSEWHERE, OFFICER, OUTSIDER, ledger

REGIME = policy().at(AT.date())
UNIT = ("bank_1", "990101")
DATA = {
    "lead_id": "L1",
    "issued_at": AT.isoformat(),
    "issuer_id": "police_1",
    "card_kind": "account",
    "card_id": "A1",
    "loss_fen": 100,
}


@pytest.fixture(params=BOTH)
def book(request, tmp_path):
    made = ledger(request.param, tmp_path)
    yield made
    made.close()


def sit(book, who=SYSTEM, at=AT):
    return book.desk(who, at=at, purpose="a test")


def received(book, at=AT, **change):
    with sit(book, at=at) as desk:
        return lead.receive(desk, DATA | change, unit=UNIT, sender_id="police_1", regime=REGIME)


def test_a_lead_is_received_once_however_often_it_comes(book):
    first, again = received(book), received(book)
    assert first.id == again.id
    assert again.version == 1
    assert book.outbox() == {("lead_receipt", "waiting"): 1}


def test_the_clock_is_the_target_or_an_earlier_deadline(book):
    minutes = REGIME.number("leads.act_within_minutes")
    assert received(book).due_at == AT + timedelta(minutes=minutes)
    soon = AT + timedelta(minutes=5)
    assert received(book, lead_id="L2", deadline_at=soon.isoformat()).due_at == soon


def test_the_card_stands_in_the_sealed_part_and_a_look_is_written_down(book):
    one = received(book)
    assert "A1" not in str(one.body)
    with sit(book, OFFICER) as desk:
        assert desk.look("lead", one.id).personal == {"card_id": "A1"}
        assert [link.act for link in desk.history("lead", one.id)] == ["receive", "look"]


def test_the_way_from_lead_to_feedback_has_its_minutes(book):
    one = received(book)
    with sit(book, at=AT + timedelta(minutes=7)) as desk:
        one = lead.matched(desk, one, ["A1"])
        one = lead.controlled(desk, one, order_id="o1", measure="suspend")
        one = lead.answer(desk, one, "controlled", regime=REGIME)
    assert (one.state, one.body["minutes_to_control"], one.is_open) == ("answered", 7.0, False)
    assert ("lead_feedback", "waiting") in book.outbox()


def test_control_that_never_was_cannot_be_claimed(book):
    with sit(book) as desk:
        one = lead.matched(desk, received_at_desk(desk), ["A1"])
        with pytest.raises(BadInput, match="no order"):
            lead.answer(desk, one, "controlled", regime=REGIME)
        with pytest.raises(BadInput, match="outcome"):
            lead.answer(desk, one, "guilty", regime=REGIME)


def received_at_desk(desk):
    return lead.receive(desk, DATA, unit=UNIT, sender_id="police_1", regime=REGIME)


def test_no_step_is_skipped_and_none_is_taken_twice(book):
    one = received(book)
    with sit(book) as desk, pytest.raises(Conflict):
        lead.controlled(desk, one, order_id="o1", measure="suspend")
    with sit(book) as desk:
        gone = lead.matched(desk, one, [])
        assert gone.state == "not_ours"
        with pytest.raises(Conflict):
            lead.matched(desk, gone, ["A1"])


def test_exactly_one_unit_answers_for_it_and_handing_over_says_why(book):
    one = received(book)
    with sit(book) as desk, pytest.raises(BadInput):
        lead.hand_over(desk, one, ("bank_2", "980101"), because=" ")
    with sit(book) as desk:
        lead.hand_over(desk, one, ("bank_2", "980101"), because="account moved")
    with book.read(OUTSIDER, at=AT) as desk:
        assert [r.id for r in desk.find(Wanted("lead"))] == [one.id]
    with book.read(OFFICER, at=AT) as desk:
        assert desk.find(Wanted("lead")) == []


@pytest.mark.parametrize("who", [OUTSIDER, ELSEWHERE])
def test_a_stranger_sees_and_changes_nothing(book, who):
    one = received(book)
    with book.read(who, at=AT) as desk:
        assert desk.find(Wanted("lead")) == []
    with sit(book, who) as desk, pytest.raises(NotAllowed):
        lead.matched(desk, one, ["A1"])


def test_overdue_leads_are_reminded_of_a_step_higher_each_time(book):
    received(book)
    minutes = REGIME.number("leads.act_within_minutes")
    for step, late in ((1, 1), (0, 1.5), (1, 2.5)):
        with sit(book, at=AT + timedelta(minutes=minutes * late, seconds=1)) as desk:
            assert lead.remind(desk, regime=REGIME) == step
    with book.read(SYSTEM, at=AT) as desk:
        assert desk.find(Wanted("lead"))[0].body["reminders"] == 2


def test_a_lead_that_nobody_answers_expires_once(book):
    received(book)
    late = AT + timedelta(days=REGIME.number("leads.expire_after_days"))
    for count in (1, 0):
        with sit(book, at=late) as desk:
            assert lead.expire(desk, regime=REGIME) == count
