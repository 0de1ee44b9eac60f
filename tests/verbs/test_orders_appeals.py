"""Appeals at the command: given to a reviewer who did not decide, and to nobody else."""

import pytest

from desks import finding, in_force, policy, sit
from duanka.cases import appeal
from duanka.cases.appeal import Plea
from duanka.store.ledger import SYSTEM, open_ledger
from shell import duanka, fine, refused


@pytest.fixture
def at(tmp_path):
    book = open_ledger(str(tmp_path / "l.db"))
    of = in_force(book, finding("restrict"))
    with sit(book, SYSTEM) as desk:
        plea = appeal.receive(desk, of, Plea("1", "letter", "x"), policy())
    book.close()
    return plea.id, ["--ledger", tmp_path / "l.db"]


def test_an_appeal_is_given_to_somebody_who_did_not_decide(at):
    plea, where = at
    assert "who decided" in refused(duanka("appeal", "assign", plea, "--to", "ofa", *where)).err
    assert "wang" in fine(duanka("appeal", "assign", plea, "--to", "wang", *where)).out
    assert plea in fine(duanka("appeal", "list", "--reviewer", "wang", *where)).out
    assert fine(duanka("appeal", "list", "--reviewer", "li", *where)).out == ""
    answer = ["appeal", "decide", plea, "--say", "grant", "--because", "x", *where]
    assert "somebody else" in refused(duanka(*answer, "--as", "li", "--role", "reviewer")).err
    assert "granted" in fine(duanka(*answer, "--as", "wang", "--role", "reviewer")).out
    refused(duanka("appeal", "forward", plea, "--authority", "x", *where))
