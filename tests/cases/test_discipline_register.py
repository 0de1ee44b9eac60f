"""Who stands under discipline at an instant, from what was known before it, and which openings that bars."""

from datetime import date, datetime, timedelta

import pytest

from desks import at, decision, disciplined, policy, sit
from duanka.cases import discipline
from duanka.cases.discipline_register import barring, bars, discipline_in_force, register
from duanka.cases.order_police import Document
from duanka.store.ledger import SYSTEM
from ledgers import AT, BOTH, OFFICER, ledger

LATER = at(hours=1)
OLD = {"act_on": date(2018, 3, 1), "decided_on": date(2026, 5, 30)}


@pytest.fixture(params=BOTH)
def book(request, tmp_path):
    made = ledger(request.param, tmp_path)
    yield made
    made.close()


def measures(book, when):
    return {one.measure for one in discipline_in_force(book, when).get("P1", ())}


def test_what_is_recorded_stands_from_the_next_instant_on_and_not_before_it_was_known(book):
    made = disciplined(book)
    assert discipline_in_force(book, AT) == {}
    assert measures(book, AT + timedelta(microseconds=1)) == {n for n, _ in made.body["measures"]}
    assert list(discipline_in_force(book, LATER)) == ["P1"]
    one = discipline_in_force(book, LATER)["P1"][0]
    assert (one.discipline_id, one.legal_basis) == (made.id, made.body["legal_basis"])


def test_what_is_over_stands_no_more_though_nobody_wrote_its_end_down(book):
    made = disciplined(book)
    end = datetime.fromisoformat(made.body["expires_at"])
    assert measures(book, end - timedelta(microseconds=1))
    assert measures(book, end) == set()
    with book.read(SYSTEM, at=end) as desk:
        assert desk.get("discipline", made.id).state == "in_force"


def test_what_was_released_stood_until_then(book):
    made = disciplined(book)
    with sit(book, OFFICER, at(3)) as desk:
        paper = Document("某市公安局", "r", "b" * 64, "2026-06-04")
        discipline.release(desk, made, paper, policy())
    assert measures(book, at(4)) == set()
    assert measures(book, at(3)) == set()
    assert measures(book, at(2)), "an application of that day was made under discipline"


def test_a_measure_of_its_own_term_ends_before_the_rest(book):
    disciplined(book, **OLD)
    assert measures(book, LATER) == {"stop_non_counter", "no_payment_business", "no_new_account"}
    assert measures(book, at(365 * 3 + 10)) == {"stop_non_counter", "no_payment_business"}


def test_each_kind_of_card_is_barred_by_its_own_measures_and_the_longest_is_told(book):
    disciplined(book)
    stands = discipline_in_force(book, LATER)["P1"]
    regime = policy().at(date(2026, 6, 1))
    assert barring(stands, "payment", regime).measure == "no_new_payment_account"
    assert barring(stands, "sim", regime).measure == "no_new_telecom_business"
    assert barring(stands, "class_1", regime) is None, "2024: bank accounts are not barred"
    assert barring(stands, "unknown", regime) is None
    longer = decision(number="2", **OLD)
    with sit(book, OFFICER) as desk:
        place = {"institution_id": "bank_1", "region_code": "990101"}
        long_id = discipline.record(desk, longer, policy(), **place).id
    stands = discipline_in_force(book, LATER)["P1"]
    assert barring(stands, "class_2", regime).discipline_id == long_id
    assert barring((), "sim", regime) is None
    assert bars(regime, "iot") == bars(regime, "sim")


def test_the_register_tells_each_measure_of_each_discipline_once(book):
    made = disciplined(book)
    with book.read(SYSTEM, at=LATER) as desk:
        found = list(register(desk))
    assert [(one.measure, one.until.isoformat()) for one in found] == [
        (name, datetime.fromisoformat(until).isoformat()) for name, until in made.body["measures"]
    ]
