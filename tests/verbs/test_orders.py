"""Verbs of orders and appeals: listed, shown with why, decided, lifted, answered."""

import pytest

from desks import finding, policy, sit
from duanka.cases import order
from duanka.store.ledger import SYSTEM, open_ledger
from shell import duanka, fine, refused


@pytest.fixture
def at(tmp_path):
    """A ledger with one proposal."""
    book = open_ledger(str(tmp_path / "l.db"))
    with sit(book, SYSTEM) as desk:
        made = order.propose(desk, finding("restrict"), policy())
    book.close()
    return made.id, ["--ledger", tmp_path / "l.db"]


def test_an_order_is_decided_lifted_and_its_story_told(at):
    which, where = at
    assert which in fine(duanka("order", "list", *where)).out
    assert fine(duanka("order", "list", "--institution", "other", *where)).out == ""
    act = [which, "--because", "核实", "--as", "li", "--role", "officer", *where]
    refused(duanka("order", "decide", *act, "--say", "yes", "--region", "980000"))
    assert "in_force" in fine(duanka("order", "decide", *act, "--say", "yes")).out
    shown = fine(duanka("order", "show", which, *where)).out
    for wanted in ("高危卡", "第十八条", "propose", "decide", "enforce", "li"):
        assert wanted in shown
    assert "lifted" in fine(duanka("order", "lift", *act)).out
    refused(duanka("order", "lift", *act))


def test_a_proposal_is_turned_down_or_made_milder(at):
    which, where = at
    act = ["--because", "x", "--as", "li", "--role", "officer", *where]
    milder = ["--say", "yes", "--milder", "delay_settlement"]
    assert "delay_settlement" in fine(duanka("order", "decide", which, *act, *milder)).out
    refused(duanka("order", "decide", which, *act, "--say", "no"))


def test_an_appeal_is_listed_and_answered(at):
    which, where = at
    act = ["--because", "x", "--as", "li", "--role", "officer", *where]
    fine(duanka("order", "decide", which, *act, "--say", "yes"))
    said = fine(
        duanka("appeal", "receive", which, "--channel", "letter", "--says", "x", *where)
    ).out
    number = said.split()[0]
    assert number in fine(duanka("appeal", "list", *where)).out
    mine = ["--because", "x", "--as", "wang", "--role", "reviewer", *where]
    assert "upheld" in fine(duanka("appeal", "decide", number, "--say", "uphold", *mine)).out
    assert fine(duanka("appeal", "list", *where)).out == ""
    refused(duanka("order", "show", "nothing", *where))
