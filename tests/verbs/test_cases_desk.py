"""A case at the command: given, taken, noted, concluded, confirmed by a second person, printed."""

import pytest

from desks import FOUND, policy, sit
from duanka.cases import case
from duanka.cases.case import Alerts
from duanka.store.ledger import SYSTEM, open_ledger
from shell import duanka, fine, refused


@pytest.fixture
def at(tmp_path):
    book = open_ledger(str(tmp_path / "l.db"))
    with sit(book, SYSTEM) as desk:
        made = case.open_case(desk, Alerts("card", "account:A1", (FOUND,)), policy())
    book.close()
    return made.id, ["--role", "analyst", "--ledger", tmp_path / "l.db"]


def test_a_case_goes_through_four_eyes(at, tmp_path):
    which, where = at
    li, wang = ["--as", "li", *where], ["--as", "wang", *where]
    fine(duanka("case", "assign", which, "--to", "li", *wang))
    assert "somebody else" in refused(duanka("case", "take", which, *wang)).err
    fine(duanka("case", "take", which, *li))
    assert which in fine(duanka("case", "list", "--with", "li", *where)).out
    fine(duanka("case", "note", which, "--says", "某人来电", *li))
    (tmp_path / "paper.txt").write_text("x", encoding="utf-8")
    fine(duanka("case", "attach", which, "--file", tmp_path / "paper.txt", *li))
    say = ["case", "conclude", which, "--because", "x", *li]
    refused(duanka(*say, "--outcome", "guilty"))
    fine(duanka(*say, "--outcome", "victim"))
    refused(duanka("case", "confirm", which, "--say", "yes", *li))
    assert "closed" in fine(duanka("case", "confirm", which, "--say", "yes", *wang)).out
    shown = fine(duanka("case", "show", which, *where)).out
    assert "account:A1" in shown
    assert "某人来电" not in shown
    for act in ("assign", "take_up", "note", "attach", "conclude", "confirm"):
        assert act in shown


def test_papers_are_written(at, tmp_path):
    which, where = at
    said = fine(duanka("case", "list", *where)).out.split()
    assert said[:2] == ["40,000.00", which]
    fine(duanka("case", "report", which, "--out", tmp_path / "papers", *where))
    assert {path.suffix for path in (tmp_path / "papers").iterdir()} == {".docx", ".zip"}
