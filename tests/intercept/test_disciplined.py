from datetime import timedelta

import pytest

from door_room import START, after, judges, opened, opening
from duanka.intercept import concluding, events
from duanka.intercept.concluding import Seen
from duanka.intercept.disciplined import Disciplined
from duanka.intercept.known import Known
from duanka.intercept.scoring import Found

NO_SIM = "no_new_telecom_business"


def stands(person="p1", measure=NO_SIM, state="in_force", days=700, **more):
    told = {"discipline_id": f"d-{person}", "person_id": person, "measure": measure, "state": state}
    told |= {"starts_at": START, "expires_at": START + timedelta(days=days)}
    return events.of_row("discipline", told | {"legal_basis": "联合惩戒办法"} | more)


def advice(known, event):
    terms = judges().terms.at(event.at)
    found = Seen(Found(0.0001), late=False, model_version="m")
    return concluding.conclude(terms, event, concluding.facts_of(known, terms, event), found)


def test_an_application_is_refused_with_the_basis_and_the_end_of_what_bars_it():
    known = Known((), 10**12)
    known.tell(stands())
    said = advice(known, opening(1))
    assert (said.answer, said.because) == ("refuse_opening", "disciplined")
    assert said.legal_basis == "联合惩戒办法（惩戒期至2028-05-01，期满自动解除）"
    assert said.review == "person"
    assert advice(known, opening(2)).answer == "allow"  # somebody else
    account = opening(1, card_kind="account")
    assert advice(known, account).because != "disciplined"  # this measure bars phone cards


@pytest.mark.parametrize(
    "later", [stands(state="lifted"), stands(state="expired"), stands(days=0.000001)]
)
def test_what_is_lifted_or_over_bars_nobody(later):
    known = Known((), 10**12)
    known.tell(stands())
    known.tell(later)
    assert advice(known, opening(1)).answer == "allow"


def test_of_several_measures_the_one_that_lasts_longest_is_told_and_the_next_one_stays():
    held = Disciplined()
    regime = judges().terms.at(opening(1).at).rules.regime
    for one in (stands(days=10), stands(days=20, discipline_id="d2")):
        held.tell(one.row)
    again = Disciplined()
    again.restore(held.save())
    assert again.save() == held.save()
    at = events.micros(after(60))
    assert again.barring("p1", "sim", at, regime).discipline_id == "d2"
    held.tell(stands(state="lifted", discipline_id="d2").row)
    assert held.barring("p1", "sim", at, regime).discipline_id == "d-p1"
    assert held.barring("p1", "payment", at, regime) is None


def test_a_door_that_was_killed_still_knows_who_stands_under_discipline(tmp_path):
    now_us = events.micros(START + timedelta(days=1))
    with opened(tmp_path) as door:
        door.take([stands()], now_us=now_us)
        (first,) = door.take([opening(1)], now_us=now_us)
        assert first.because == "disciplined"
        before = door.digest()
        assert door._held.log.end
        door._why_not = "killed"  # no snapshot is written: the log alone tells
    with opened(tmp_path) as door:
        assert door.digest() == before
