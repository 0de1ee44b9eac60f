from dataclasses import replace

import pytest

from desks import at, policy, sit
from dockets import FIGURES, LISTED, PENALTY, STAFF, go, proposed
from duanka.errors import BadInput, NotAllowed
from duanka.governance import docket, docket_steps
from duanka.governance.docket import matter_of, owed, propose
from duanka.store.ledger import SYSTEM, Wanted
from ledgers import BOTH, ledger


@pytest.mark.parametrize("dialect", BOTH)
def test_a_proposal_is_one_matter_with_figures_an_owner_and_a_deadline(dialect, tmp_path):
    book = ledger(dialect, tmp_path)
    one = proposed(book)
    assert proposed(book).id == one.id
    assert (one.state, one.assigned_to, one.due_at) == ("proposed", "反诈中心", at(10))
    assert one.body["figures"] == FIGURES
    assert (one.institution_id, one.region_code, one.weight) == ("bank_1", "990101", 190)
    kept = matter_of(one)
    assert (kept.kind, kept.unit_kind, kept.unit_id, kept.state) == ("listing", "outlet", "o-1", "proposed")  # fmt: skip
    assert book.verify().whole


def test_what_a_later_month_says_is_added_once_and_moves_nothing(tmp_path):
    book = ledger("sqlite", tmp_path)
    first = proposed(book)
    later = replace(LISTED, period="2026-06", listing="suspend_openings")
    for _ in range(2):
        again = proposed(book, later, days=30)
    assert (again.id, again.state, again.version) == (first.id, "proposed", first.version + 1)
    assert [one["listing"] for one in again.body["later"]] == ["suspend_openings"]
    assert proposed(book, PENALTY, days=30).id != first.id  # a penalty is another matter


def test_nothing_without_figures_and_no_area_without_approval(tmp_path):
    book = ledger("sqlite", tmp_path)
    with pytest.raises(BadInput, match="without its figures"):
        proposed(book, replace(LISTED, figures={}))
    with pytest.raises(NotAllowed, match="第三十五条"):
        proposed(book, replace(LISTED, unit_kind="region", unit_id="990101", area_wide=True))


def test_who_an_employee_is_and_their_figures_are_sealed_and_every_look_is_written_down(tmp_path):
    book = ledger("sqlite", tmp_path)
    one = proposed(book, STAFF)
    assert one.kind == docket.INSIDER
    with book.read(SYSTEM, at=at()) as desk:
        seen = desk.get(one.kind, one.id)
        assert "s-1" not in repr(seen)
        assert seen.body["figures"] == {}
        assert desk.count(Wanted(docket.KIND)) == {}
    with sit(book, SYSTEM, at(1), purpose="review by the auditor") as desk:
        assert desk.look(one.kind, one.id).personal["staff_id"] == "s-1"
    with book.read(SYSTEM, at=at(2)) as desk:
        assert ("look", "insider", "review by the auditor", 1) in desk.seen()


def test_what_is_owed_stands_against_leaving_until_it_is_accepted(tmp_path):
    book = ledger("sqlite", tmp_path)
    one, _ = proposed(book), proposed(book, STAFF)
    with sit(book, SYSTEM, at(1)) as desk:
        item = docket_steps.add_item(desk, one, "复核全部代办开户", policy())
        rows = owed(desk)
    assert set(rows.select("unit_kind", "unit_id", "what").iter_rows()) == {
        ("outlet", "o-1", "rectify"), ("staff", "s-1", "insider"), ("outlet", "o-1", "insider"),
        ("institution", "bank_1", "insider"),
    }  # fmt: skip
    item = go(book, item, "handed_in", 2)
    go(book, item, "accepted", 3, SYSTEM)
    with sit(book, SYSTEM, at(4)) as desk:
        told = owed(desk).row(by_predicate=docket.pl.col("what") == "rectify", named=True)
    assert (told["since"], told["until"]) == (at(1), at(3))


def test_a_closed_matter_of_the_same_month_is_not_opened_again(tmp_path):
    book = ledger("sqlite", tmp_path)
    one = go(book, proposed(book), "withdrawn", 1)
    with sit(book, SYSTEM, at(2)) as desk:
        assert propose(desk, LISTED, policy()).id == one.id
    assert proposed(book, replace(LISTED, period="2026-06"), days=40).id != one.id
