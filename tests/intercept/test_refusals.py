import pytest

from door_room import NOW_US, opened, opening
from duanka.errors import Conflict
from duanka.intercept import refusals
from duanka.intercept.events import of_row
from duanka.jobs.progress import Progress


def person(name, born, home):
    return of_row("person", {"person_id": name, "birth_year": born, "home_region_code": home})


def rates(path, register=()):
    return {
        (one.group, one.advice): one for one in refusals.rates(path, iter(register), say=Progress())
    }


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """A door where one person's companion brought many old applicants, and twelve young ones came alone."""
    path = tmp_path_factory.mktemp("gate") / "door"
    outlet = of_row(
        "outlet",
        {"outlet_id": "o1", "institution_id": "i", "outlet_kind": "hall", "region_code": "990100"},
    )
    with opened(path) as at:
        at.take([outlet, *(person(f"old{n}", 1950, "990100") for n in range(12))], now_us=NOW_US)
        brought = [
            opening(n, applicant_id=f"old{n}", companion_id="c", outlet_id="o1") for n in range(12)
        ]
        alone = [
            opening(20 + n, applicant_id=f"young{n}", companion_id=None, outlet_id="o1")
            for n in range(12)
        ]
        for one in (*brought, *alone):
            at.take([one], now_us=NOW_US)
    return path


def test_groups_are_held_against_the_others_of_whom_the_register_tells(door):
    found = rates(door, [person(f"young{n}", 2006, "990200") for n in range(12)])
    old = found["age_60_plus", "check_further"]
    assert (old.inside.count, old.inside.of, old.others.of) == (10, 12, 12)
    assert old.others.count <= 2
    assert found["non_local", "check_further"].others.of == 12
    assert found["age_18_22", "refuse_opening"].inside.count == 0
    assert found["age_18_22", "refuse_opening"].ratio is None
    text = refusals.text_of(list(found.values()))
    assert "10/12 = 83.3%" in text
    assert "old0" not in text


def test_few_applications_are_not_shown(door):
    found = rates(door)
    assert found["non_local", "check_further"].inside is None
    assert "not shown" in refusals.text_of(list(found.values()))


def test_a_door_at_work_is_left_alone(door):
    with opened(door), pytest.raises(Conflict):
        rates(door)
