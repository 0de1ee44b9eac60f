from datetime import timedelta

import pytest

from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.leads import asking
from duanka.leads.risk import Risk
from duanka.store.ledger import SYSTEM, Wanted
from leads_room import UNIT, enrolled, policy
from ledgers import ANALYST, AT, OFFICER, OFFICER_2, OUTSIDER, ledger

REGIME = policy().at(AT.date())
ASKED = {"how": "look_up", "count": 1, "purpose": "an opening", "approver": "ofa"}


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    enrolled(made, "police_1", kind="police", may=("look_ups",))
    yield made
    made.close()


def sit(book, who=SYSTEM, at=AT, purpose="an opening"):
    return book.desk(who, at=at, purpose=purpose)


def question(book, who=OFFICER):
    with sit(book, who) as desk:
        to = desk.get("partner", "police_1")
        return asking.ask(desk, ["account:A1", "account:A1"], to=to, unit=UNIT, number="q1")


def test_a_question_says_its_purpose_and_keeps_its_cards_sealed(book):
    one = question(book)
    assert (one.body["purpose"], one.body["asked_by"], one.body["count"]) == (
        "an opening",
        "ofa",
        1,
    )
    assert "A1" not in str(one.body)
    with sit(book) as desk, pytest.raises(BadInput):
        asking.ask(desk, [], to=desk.get("partner", "police_1"), unit=UNIT, number="q2")
    with sit(book, purpose=" ") as desk, pytest.raises(NotAllowed, match="purpose"):
        asking.ask(desk, ["a"], to=desk.get("partner", "police_1"), unit=UNIT, number="q3")


@pytest.mark.parametrize("who", [OFFICER, ANALYST])
def test_nobody_approves_their_own_question_or_without_a_role_for_it(book, who):
    one = question(book)
    with sit(book, who) as desk, pytest.raises(NotAllowed):
        asking.approve(desk, one, because="needed")
    with pytest.raises(NotAllowed, match="asked"):
        asking.may_go(one)


def test_another_officer_approves_it_once_and_says_why(book):
    one = question(book)
    with sit(book, OFFICER_2) as desk, pytest.raises(BadInput):
        asking.approve(desk, one, because=" ")
    with sit(book, OFFICER_2) as desk:
        one = asking.approve(desk, one, because="needed")
        asking.may_go(one)
        with pytest.raises(Conflict):
            asking.approve(desk, one, because="needed")
    with book.read(OUTSIDER, at=AT) as desk:
        assert desk.find(Wanted("question")) == []


def test_answers_are_sealed_and_erased_when_they_are_void(book):
    question(book)
    with sit(book) as desk:
        one = desk.look("question", "q1")
        risk = Risk("high_risk", "money", "2026-06-30")
        kept = asking.answered(desk, one, {"account:A1": risk})
        assert (kept.body["found"], "high_risk" in str(kept.body)) == (1, False)
        assert desk.look("question", "q1").personal["answers"]["account:A1"][0] == "high_risk"
    for days, count in ((20, 0), (31, 1), (32, 0)):
        with sit(book, at=AT + timedelta(days=days)) as desk:
            assert asking.forget(desk) == count
    with sit(book) as desk:
        assert desk.look("question", "q1").personal == {}
    assert book.verify().whole


def test_a_days_cards_are_counted_and_the_day_after_begins_anew(book):
    most = int(REGIME.number("leads.look_ups_per_day"))
    with sit(book) as desk:
        them = desk.get("partner", "police_1")
        first = asking.allow(desk, them, ASKED | {"count": most - 1}, regime=REGIME)
        asking.allow(desk, them, ASKED, regime=REGIME)
        with pytest.raises(NotAllowed, match="used up"):
            asking.allow(desk, them, ASKED, regime=REGIME)
        assert first.body["purpose"] == "an opening"
        assert first.body["approver"] == "ofa"
    with sit(book, at=AT + timedelta(days=1)) as desk:
        asking.allow(desk, them, ASKED, regime=REGIME)
        assert desk.count(Wanted("asked")) == {"evaluated": 3}


def test_one_look_up_opens_one_drawer_of_the_one_who_asked(book):
    other = enrolled(book, "police_2", kind="police")
    with sit(book) as desk:
        them = desk.get("partner", "police_1")
        one = asking.allow(desk, them, ASKED, regime=REGIME)
        with pytest.raises(Conflict):
            asking.draw(desk, other, one.id)
        asking.draw(desk, them, one.id)
        with pytest.raises(Conflict, match="one drawer"):
            asking.draw(desk, them, one.id)
