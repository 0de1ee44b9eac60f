"""A desk: every look at personal data is a row with its purpose; notes, exports, erasure."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from duanka.errors import BadInput, NotFound
from duanka.store.ledger import Record, Wanted
from ledgers import ANALYST, AT, BOTH, ledger

CASE = Record("case", "c1", "bank_1", "990101", "open", {}, parent_id="p", assigned_to="ana")


@pytest.fixture(params=BOTH)
def book(request, tmp_path):
    made = ledger(request.param, tmp_path)
    with made.desk(ANALYST, at=AT, purpose="opening") as desk:
        desk.write(CASE, act="open", personal={"name": "某某"})
    yield made
    made.close()


def test_every_look_is_a_row_of_history_with_its_purpose(book):
    for purpose in ("check", "check", "call back"):
        with book.desk(ANALYST, at=AT, purpose=purpose) as desk:
            assert desk.look("case", "c1").personal == {"name": "某某"}
    with book.read(ANALYST, at=AT) as desk:
        looks = [row for row in desk.history("case", "c1") if row.act == "look"]
        assert desk.seen() == [("look", "case", "call back", 1), ("look", "case", "check", 2)]
        newest, second = desk.looks(limit=2)
        assert (newest.purpose, second.purpose) == ("call back", "check")
        assert [one.seq for one in desk.looks(before=second.seq)] == [second.seq - 1]
    assert [(row.actor, row.purpose, row.version) for row in looks][2] == ("ana", "call back", 1)


def test_acts_since_an_instant_are_counted_by_kind_and_only_the_viewers(book):
    later = AT + timedelta(hours=1)
    with book.desk(ANALYST, at=later, purpose="a test") as desk:
        desk.write(replace(CASE, id="c2"), act="open")
    with book.read(ANALYST, at=later) as desk:
        assert desk.lately(("open", "close"), AT) == {("open", "case"): 2}
        assert desk.lately(("open",), later) == {("open", "case"): 1}
    elsewhere = replace(ANALYST, institutions=("bank_2",))
    with book.read(elsewhere, at=later) as desk:
        assert desk.lately(("open",), AT) == {}


def test_personal_fields_are_nowhere_in_the_open(book):
    with book.read(ANALYST, at=AT) as desk:
        kept = desk.get("case", "c1")
        rows = desk.history("case", "c1")
    assert "某某" not in repr(kept) + repr(rows)


def test_history_is_told_inside_the_desk_that_makes_it(book):
    with book.desk(ANALYST, at=AT, purpose="a test") as desk:
        kept = desk.write(desk.get("case", "c1").but("closed"), act="close")
        desk.note(kept, act="export", details={"files": 2})
        desk.note_of_ledger(act="search", details={"q": "x"})
        rows = desk.history("case", "c1")
    assert [row.act for row in rows] == ["open", "close", "export"]
    assert json.loads(rows[2].image) == {"files": 2}
    assert book.verify().whole


def test_a_personal_part_stays_until_it_is_changed(book):
    with book.desk(ANALYST, at=AT, purpose="a test") as desk:
        kept = desk.write(desk.get("case", "c1").but("closed"), act="close")
        assert desk.look("case", "c1").personal == {"name": "某某"}
        kept = desk.write(kept, act="change", personal={"name": "别人"})
        assert desk.look("case", "c1").personal == {"name": "别人"}
        desk.write(kept, act="forget", personal={})
        assert desk.look("case", "c1").personal == {}


def test_records_are_found_by_what_is_asked(book):
    with book.read(ANALYST, at=AT) as desk:
        for wanted in (
            Wanted("case", states=("open", "x")),
            Wanted("case", parent_id="p"),
            Wanted("case", assigned_to="ana", open_only=True),
        ):
            assert [one.id for one in desk.find(wanted)] == ["c1"]
        for wanted in (
            Wanted("order"),
            Wanted("case", states=("x",)),
            Wanted("case", due_before=AT),
            Wanted("case", about="y"),
        ):
            assert desk.find(wanted) == []


def test_what_is_not_there_is_told(book):
    with book.read(ANALYST, at=AT) as desk, pytest.raises(NotFound):
        desk.get("case", "c2")


def test_the_database_itself_refuses_an_order_that_lacks_anything(book):
    made = Record("order", "o1", "bank_1", "990101", "in_force", {"because": "x"}, due_at=AT)
    with (
        pytest.raises(BadInput, match="lacks"),
        book.desk(ANALYST, at=AT, purpose="past the wall") as desk,
    ):
        desk.write(made, act="sneak")
