"""Verification again: its clocks, outcomes, what follows and what is lifted; campaigns are counted."""

from dataclasses import replace

import pytest

from desks import at, finding, in_force, policy, sit
from duanka.cases import order, reverification
from duanka.cases.reverification import Card
from duanka.errors import BadInput, Conflict
from duanka.store.ledger import SYSTEM, Wanted
from ledgers import AT, OFFICER, ledger

CARDS = [Card("account", f"B{i}", "bank_1", "990101", "P1") for i in range(3)]


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def linked(book):
    """The questions about the other cards of somebody whose card the police found implicated."""
    of = in_force(book, finding("suspend", because="implicated", card_id="B0"))
    with sit(book, SYSTEM) as desk:
        return reverification.others(desk, of, CARDS, policy())


def test_the_holders_other_cards_have_three_days(book):
    asked = linked(book)
    assert [one.about for one in asked] == ["account:B1", "account:B2"]
    assert {one.due_at for one in asked} == {at(3)}
    assert {one.id for one in linked(book)} == {one.id for one in asked}


def test_a_score_reaches_no_other_card(book):
    of = in_force(book, finding("restrict"))
    with sit(book, SYSTEM) as desk, pytest.raises(BadInput, match="not found implicated"):
        reverification.others(desk, of, CARDS, policy())


def test_who_passes_is_left_alone(book):
    asked = linked(book)[0]
    with sit(book, OFFICER, at(1)) as desk:
        done = reverification.answer(desk, asked, "passed", policy())
        assert desk.find(Wanted("order", about=asked.about)) == []
    assert (done.state, done.is_open) == ("passed", False)
    with sit(book, OFFICER, at(1)) as desk, pytest.raises(Conflict):
        reverification.answer(desk, done, "failed", policy())


def test_who_does_not_answer_is_proposed_for_a_measure_that_a_person_decides(book):
    asked = linked(book)[0]
    with sit(book, SYSTEM, at(2)) as desk, pytest.raises(Conflict, match="not over"):
        reverification.no_answer(desk, asked, policy())
    with sit(book, SYSTEM, at(3)) as desk:
        late = reverification.no_answer(desk, asked, policy())
        (made,) = desk.find(Wanted("order", about=asked.about))
    assert (made.state, made.body["measure"]) == ("proposed", "stop_non_counter")
    with sit(book, OFFICER, at(3)) as desk:
        order.decide(desk, made, policy(), because="no answer")
    with sit(book, OFFICER, at(9)) as desk:
        came = reverification.answer(desk, late, "passed", policy())
        ended = desk.get("order", made.id)
    assert came.state == "came_later"
    assert (ended.state, ended.body["ended_because"]) == ("lifted", "reverification_passed")


def test_who_comes_before_it_was_decided_meets_no_order(book):
    asked = linked(book)[0]
    with sit(book, SYSTEM, at(3)) as desk:
        late = reverification.no_answer(desk, asked, policy())
    with sit(book, OFFICER, at(4)) as desk:
        reverification.answer(desk, late, "passed", policy())
        (made,) = desk.find(Wanted("order", about=asked.about))
    assert made.state == "dropped"


def test_it_is_reminded_of_once(book):
    asked = linked(book)[0]
    with sit(book, SYSTEM, at(2)) as desk:
        done = reverification.remind(desk, asked)
        with pytest.raises(Conflict):
            reverification.remind(desk, done)


def test_an_outcome_is_passed_or_failed(book):
    asked = linked(book)[0]
    with sit(book, SYSTEM) as desk, pytest.raises(BadInput):
        reverification.answer(desk, asked, "perhaps", policy())


def test_a_campaign_is_counted_and_cuts_nobody_off(book):
    with sit(book, SYSTEM) as desk:
        campaign = reverification.start(desk, "2026 春", CARDS, policy())
        assert reverification.start(desk, "2026 春", CARDS, policy()).id == campaign.id
        asked = desk.find(Wanted("reverification", parent_id=campaign.id))
        assert {one.due_at for one in asked} == {at(30)}
        reverification.answer(desk, asked[0], "passed", policy())
    with sit(book, SYSTEM, at(31)) as desk:
        late = reverification.no_answer(desk, asked[1], policy())
        reverification.no_answer(desk, asked[2], policy())
        reverification.answer(desk, late, "passed", policy())
        assert reverification.counted(desk, campaign.id) == {
            "asked": 0, "passed": 1, "failed": 0, "no_answer": 1, "came_later": 1,
        }  # fmt: skip
        assert desk.find(Wanted("order")) == []


@pytest.mark.parametrize("cards", [[], [CARDS[0], replace(CARDS[1], institution_id="bank_2")]])
def test_a_campaign_is_of_one_institution(cards, book):
    with sit(book, SYSTEM, AT) as desk, pytest.raises(BadInput):
        reverification.start(desk, "x", cards, policy())
