from dataclasses import replace
from datetime import timedelta

import pytest

from duanka.errors import BadInput, Conflict, NotAllowed, NotFound
from duanka.leads import lead, told
from duanka.store.ledger import SYSTEM
from leads_room import LEAD, UNIT, enrolled, policy
from ledgers import AT, ledger

REGIME = policy().at(AT.date())
RECEIPT = {"lead_id": "L1", "received_at": AT.isoformat(), "unit_id": "bank_1"}
FEEDBACK = {"lead_id": "L1", "outcome": "nothing_found", "at": AT.isoformat()}


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    enrolled(made, "bank_2", kind="bank")
    yield made
    made.close()


def sit(book, at=AT):
    return book.desk(SYSTEM, at=at, purpose="a test")


def tell(desk, **change):
    to = desk.get("partner", "bank_2")
    return told.tell(desk, LEAD | change, to=to, unit=UNIT, regime=REGIME)


def test_a_lead_is_told_once_and_its_card_is_sealed(book):
    with sit(book) as desk:
        first, again = tell(desk), tell(desk)
        assert (first.id, again.version, "A1" in str(first.body)) == ("bank_2:L1", 1, False)
        assert desk.look("told_lead", first.id).personal == {"card_id": "A1"}
    assert book.outbox() == {("exchange", "waiting"): 1}


def test_handling_limits_are_kept(book):
    with sit(book) as desk, pytest.raises(NotAllowed, match="police only"):
        tell(desk, handling="police_only")
    with sit(book) as desk, pytest.raises(BadInput, match="handling"):
        tell(desk, handling="everybody")
    told.may_go_to("police_only", "police")


@pytest.mark.parametrize(
    ("handling", "kind", "passes"),
    [
        ("linked_institutions", "bank", True),
        ("police_only", "police", True),
        ("police_only", "bank", False),
        ("institution_only", "police", False),
        (None, "police", False),
    ],
)
def test_what_came_from_elsewhere_is_passed_on_only_as_its_sender_said(
    book, handling, kind, passes
):
    data = LEAD | ({"handling": handling} if handling else {})
    with sit(book) as desk:
        came = lead.receive(desk, data, unit=UNIT, sender_id="police_1", regime=REGIME)
        came = desk.look("lead", came.id)
    if passes:
        onward = told.passed_on(came, party_kind=kind)
        assert (onward["handling"], onward["card_id"]) == (handling, "A1")
        assert "sender_id" not in onward
    else:
        with pytest.raises(NotAllowed):
            told.passed_on(came, party_kind=kind)


def test_receipt_and_feedback_are_kept_once_each(book):
    with sit(book) as desk:
        one = told.received(desk, tell(desk), RECEIPT)
        assert told.received(desk, one, RECEIPT).version == one.version
        done = told.answered(desk, one, FEEDBACK)
        assert (done.state, done.is_open, done.due_at) == ("answered", False, None)
        assert told.answered(desk, done, FEEDBACK).version == done.version
        with pytest.raises(Conflict, match="otherwise"):
            told.answered(desk, done, FEEDBACK | {"outcome": "wrong"})
        with pytest.raises(Conflict):
            told.received(desk, done, RECEIPT)
        assert told.of_partner(desk, "bank_2", "L1").id == done.id
        with pytest.raises(NotFound):
            told.of_partner(desk, "bank_2", "L2")


def test_feedback_whose_receipt_was_lost_counts(book):
    with sit(book) as desk:
        assert told.answered(desk, tell(desk), FEEDBACK).state == "answered"


def test_what_is_refused_stays_refused(book):
    with sit(book) as desk:
        gone = told.refused(desk, tell(desk), "refused", fault="no such card kind")
        assert (gone.is_open, gone.body["fault"]) == (False, "no such card kind")
        with pytest.raises(Conflict):
            told.received(desk, gone, RECEIPT)


def test_a_lead_without_receipt_is_told_of_a_step_higher_each_time(book):
    with sit(book) as desk:
        tell(desk)
    minutes = REGIME.number("leads.act_within_minutes")
    for count, late in ((1, 1), (0, 1.5), (1, 2.5)):
        with sit(book, AT + timedelta(minutes=minutes * late, seconds=1)) as desk:
            assert told.overdue(desk, regime=REGIME) == count
    assert book.outbox()["lead_overdue", "waiting"] == 2


def test_a_state_that_cannot_follow_is_refused(book):
    with sit(book) as desk, pytest.raises(Conflict):
        told.refused(desk, replace(tell(desk), state="received"), "refused", fault="x")
