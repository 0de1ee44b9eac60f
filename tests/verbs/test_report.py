"""Figures of the ledger, and a notice on paper."""

import json

import pytest

from desks import finding, in_force
from duanka.store.ledger import open_ledger
from shell import duanka, fine, refused


@pytest.fixture
def at(tmp_path):
    book = open_ledger(str(tmp_path / "l.db"))
    made = in_force(book, finding("restrict"))
    book.close()
    return made.body["notice_id"], ["--ledger", tmp_path / "l.db"]


def test_figures_are_told_as_lines_or_as_json(at):
    assert "wrongful" in fine(duanka("report", "fairness", *at[1])).out
    assert json.loads(fine(duanka("report", "fairness", "--json", *at[1])).out)["looks"] == []


def test_a_notice_is_printed_and_the_look_is_kept(at, tmp_path):
    which, where = at
    fine(duanka("notice", "print", which, "--out", tmp_path / "n.docx", *where))
    assert (tmp_path / "n.docx").read_bytes()[:2] == b"PK"
    refused(duanka("notice", "print", which, "--out", tmp_path / "n.odt", *where))
    told = json.loads(fine(duanka("report", "fairness", "--json", *where)).out)["looks"]
    assert [(one["act"], one["purpose"]) for one in told] == [
        ("look", "a notice printed for its holder")
    ]
