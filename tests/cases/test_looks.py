"""Looks that had no good reason: found by an auditor who did not look, once, and counted."""

import pytest

from desks import at, finding, in_force, sit
from duanka.cases.figures_beside import sharing
from duanka.cases.looks import unjustified
from duanka.errors import BadInput, Conflict, NotAllowed, NotFound
from duanka.store.ledger import SYSTEM, Viewer
from ledgers import BOTH, OFFICER, ledger

AUDITOR = Viewer("aud", ("auditor",), ("bank_1",), ("990000",))
OTHER = Viewer("aud2", ("auditor",), ("bank_2",), ("*",))


@pytest.mark.parametrize("dialect", BOTH)
def test_a_look_is_found_unjustified_once_and_by_somebody_else(dialect, tmp_path):
    book = ledger(dialect, tmp_path)
    made = in_force(book, finding("restrict"))
    notice = made.body["notice_id"]
    with sit(book, OFFICER, at(1), purpose="curious") as desk:
        desk.look("notice", notice)
    with sit(book, SYSTEM, at(1)) as desk:
        rows = desk.history("notice", notice)
    looked = next(row.seq for row in rows if row.act == "look" and row.actor == "ofa")
    other = next(row.seq for row in rows if row.act != "look")
    for who, seq, because, fault in (
        (OFFICER, looked, "x", NotAllowed),
        (OTHER, looked, "x", NotFound),
        (AUDITOR, looked, " ", BadInput),
        (AUDITOR, other, "x", BadInput),
        (AUDITOR, 10_000, "x", NotFound),
    ):
        with pytest.raises(fault), sit(book, who, at(2)) as desk:
            unjustified(desk, seq, because=because)
    with sit(book, AUDITOR, at(2)) as desk:
        assert unjustified(desk, looked, because="no case of theirs").actor == "ofa"
    with pytest.raises(Conflict), sit(book, AUDITOR, at(3)) as desk:
        unjustified(desk, looked, because="again")
    with book.read(SYSTEM, at=at(3)) as desk:
        found = sharing(desk)
    assert (found["unjustified"]["count"], found["unjustified"]["of"]) == (1, 1)
    assert found["by_role"] == [{"role": "ofa", "act": "look", "count": 1}]
    assert book.verify().whole


def test_nobody_judges_their_own_look(tmp_path):
    book = ledger("sqlite", tmp_path)
    made = in_force(book, finding("restrict"))
    with sit(book, AUDITOR, at(1)) as desk:
        desk.look("notice", made.body["notice_id"])
        (row,) = [r for r in desk.history("notice", made.body["notice_id"]) if r.act == "look"]
    with pytest.raises(NotAllowed, match="own look"), sit(book, AUDITOR, at(2)) as desk:
        unjustified(desk, row.seq, because="x")
