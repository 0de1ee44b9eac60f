"""Viewers and records: whose is whose, and what history keeps is what was written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.errors import BadInput
from duanka.store.chain import Link
from duanka.store.ledger_rows import Record, Viewer, image, instant, micros, pictured, row_of

AT = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("institutions", "regions", "seen"),
    [
        (("b1",), ("*",), True),
        (("*",), ("990000",), True),
        (("b1",), ("990100",), True),
        (("b1",), ("990101",), True),
        (("b2",), ("*",), False),
        (("*",), ("980000",), False),
        (("b1",), ("990102",), False),
        ((), ("*",), False),
        (("*",), (), False),
    ],
)
def test_both_institution_and_region_must_fit(institutions, regions, seen):
    assert Viewer("u", (), institutions, regions).sees("b1", "990101") == seen


def test_a_record_without_a_place_is_for_those_who_see_every_place():
    assert Viewer("u", (), ("b1",), ("*",)).sees("b1", "")
    assert not Viewer("u", (), ("b1",), ("990000",)).sees("b1", "")


@pytest.mark.parametrize("code", ["99", "9901011", "abcdef", "99010%", "９９０１０１", ""])
def test_what_is_no_region_is_refused(code):
    with pytest.raises(BadInput):
        Viewer("u", (), ("*",), (code,))
    with pytest.raises(BadInput):
        Viewer("", (), ("*",), ("*",))


@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, 7_258_118_400_000_000),
    st.integers(-12, 14),
)
def test_instants_survive_to_the_microsecond(count, hours):
    at = instant(count).astimezone(timezone(timedelta(hours=hours)))
    assert micros(at) == count
    assert instant(micros(at)) == at


def test_an_instant_without_offset_is_refused():
    with pytest.raises(BadInput):
        micros(datetime(2026, 1, 1))  # noqa: DTZ001


def test_history_pictures_the_record_as_it_was():
    made = Record(
        "case", "c", "b1", "990101", "open", {"a": [1, "二"]}, about="x", weight=5, due_at=AT
    )
    row = row_of(made, AT)
    link = Link(1, "case", "c", 1, "open", "u", "p", micros(AT), image(row), "", b"", b"")
    again = pictured(link)
    assert (again.body, again.due_at, again.weight, again.state) == (made.body, AT, 5, "open")
    with pytest.raises(BadInput, match="shows no record"):
        pictured(Link(2, "case", "c", 1, "look", "u", "p", 0, "{}", "", b"", b""))


def test_but_changes_only_what_is_named():
    made = Record("case", "c", "b1", "990101", "open", {"a": 1, "b": 2})
    after = made.but("closed", b=3)
    assert (after.state, after.body) == ("closed", {"a": 1, "b": 3})
    assert made.but(None, c=4).state == "open"


def test_a_nul_in_an_id_is_refused():
    with pytest.raises(BadInput, match="NUL"):
        row_of(Record("case", "c\0", "b1", "990101", "open", {}), AT)
