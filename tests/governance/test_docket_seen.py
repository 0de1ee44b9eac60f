import pytest

from desks import at, sit
from dockets import CHIEF, CLERK, STAFF, UNIT, go, papers, proposed
from duanka.errors import NotFound
from duanka.governance.docket_seen import may_see, seen, speaks_for
from duanka.store.ledger import Viewer
from ledgers import ledger

EVERY = ("*",)


def of(name):
    return Viewer(name, ("unit",), ("bank_1",), EVERY)


def test_a_unit_sees_its_own_matter_once_it_was_told_of_it(tmp_path):
    book = ledger("sqlite", tmp_path)
    before = proposed(book)
    after = go(book, before, "noticed", 1)
    for name, own in (("outlet:o-1", True), ("outlet:o-1@deputy", True), ("outlet:o-2", False)):
        assert not may_see(of(name), before)
        assert may_see(of(name), after) == own
    assert may_see(UNIT, after)  # the institution speaks for its outlets
    assert may_see(CLERK, before)
    secret = go(book, proposed(book, STAFF), "asked", 1, CHIEF)
    assert not may_see(of("staff:s-1"), secret)


def test_a_strangers_matter_is_not_there_and_cannot_be_moved(tmp_path):
    book = ledger("sqlite", tmp_path)
    one = go(book, proposed(book), "noticed", 1)
    with sit(book, of("outlet:o-2"), at(1)) as desk, pytest.raises(NotFound):
        seen(desk, one)
    given = papers("listing", "objected")
    with pytest.raises(NotFound, match="no such matter"):
        go(book, one, "objected", 2, of("outlet:o-2"), papers=given)
    assert go(book, one, "objected", 2, of("outlet:o-1"), papers=given).state == "objected"


def test_who_is_of_the_office_speaks_for_no_unit():
    assert speaks_for(Viewer("outlet:o-1", ("governance",), EVERY, EVERY)) == ""
    assert speaks_for(of("bank desk")) == ""
    assert speaks_for(of("region:990101")) == "region:990101"
