"""What must have come before an order: verification of a SIM, suspension before closing, a SIM that stays."""

from dataclasses import replace

import pytest

from desks import SIM, at, finding, in_force, policy, sit
from duanka.cases import order, reverification
from duanka.cases.reverification import Card
from duanka.errors import NotAllowed
from duanka.store.ledger import SYSTEM
from ledgers import AT, OFFICER, OFFICER_2, ledger


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def propose(book, found, when=AT):
    with sit(book, SYSTEM, when) as desk:
        return order.propose(desk, found, policy())


def failed(book):
    card = Card("sim", "S1", "bank_1", "990101", "P1")
    with sit(book, SYSTEM) as desk:
        asked = reverification.ask(desk, card, policy(), why="clean_up", of_id="x")
        reverification.answer(desk, asked, "failed", policy())


@pytest.mark.parametrize("measure", ["restrict", "suspend"])
def test_a_sim_is_verified_again_before_it_is_limited(measure, book):
    with pytest.raises(NotAllowed, match="verified again"):
        propose(book, replace(SIM, measure=measure))
    failed(book)
    assert propose(book, replace(SIM, measure=measure)).state == "proposed"


def test_what_the_police_found_needs_no_verification(book):
    assert propose(book, replace(SIM, measure="suspend", because="implicated")).state == "proposed"


def test_a_card_is_suspended_before_it_is_closed(book):
    with pytest.raises(NotAllowed, match="before it is closed"):
        propose(book, finding("close"))
    in_force(book, finding("suspend"))
    assert propose(book, finding("close", as_of="later")).state == "proposed"


@pytest.mark.parametrize(
    ("others", "why"),
    [((), "without a SIM"), (None, "may have no other"), (("S2",), "")],
    ids=["none left", "not known", "one left"],
)
def test_the_holder_keeps_a_sim(others, why, book):
    failed(book)
    made = propose(book, replace(SIM, measure="restrict", other_sims=others))
    with sit(book, OFFICER) as desk:
        if why:
            with pytest.raises(NotAllowed, match=why):
                order.decide(desk, made, policy(), because="looked at it")
        else:
            assert order.decide(desk, made, policy(), because="looked at it").state == "in_force"


def test_a_sim_that_is_cut_itself_is_not_the_one_that_stays(book):
    in_force(book, replace(SIM, card_id="S2", measure="suspend", because="implicated"))
    failed(book)
    made = propose(book, replace(SIM, measure="restrict", other_sims=("S2",)))
    with sit(book, OFFICER) as desk, pytest.raises(NotAllowed, match="without a SIM"):
        order.decide(desk, made, policy(), because="looked at it")


def test_an_implicated_sim_may_be_the_last_one(book):
    made = in_force(book, replace(SIM, measure="suspend", because="implicated", other_sims=()))
    assert made.state == "in_force"
    assert "emergency_calls" in made.body["kept"]


def test_nobody_without_the_role_decides(book):
    made = propose(book, finding("restrict"))
    nobody = replace(OFFICER_2, roles=("auditor",))
    with sit(book, nobody, at(0)) as desk, pytest.raises(NotAllowed, match="person who may"):
        order.decide(desk, made, policy(), because="looked at it")
