import pytest

from desks import at, policy, sit
from dockets import CHIEF, CLERK, LISTED, PENALTY, STAFF, go, proposed
from duanka.errors import BadInput, NotAllowed
from duanka.governance.docket_steps import Paper, end
from duanka.governance.exposure import expose, exposed
from duanka.store.ledger import SYSTEM
from ledgers import ledger

FINAL = Paper("final_judgement", "处罚决定书", "d1")


@pytest.fixture
def book(tmp_path):
    return ledger("sqlite", tmp_path)


def said(book, one, days, says="某支行对 13 户未核实，账号 6222000011112222", who=CHIEF):
    with sit(book, who, at(days)) as desk:
        return expose(desk, desk.get(one.kind, one.id), says, FINAL, policy())


def concluded(book):
    one = proposed(book, PENALTY)
    for to, days in (("noticed", 1), ("hearing", 2), ("heard", 9)):
        one = go(book, one, to, days)
    one = go(book, one, "decided", 10, CHIEF)
    return go(book, one, "executed", 11, CHIEF)


def test_only_what_was_decided_and_carried_out_is_exposed_masked_and_for_a_time(book):
    made = said(book, concluded(book), 12)
    assert (made.state, made.body["of"][:2]) == ("checked", "m-")
    assert "某支行" not in made.body["says"] + made.body["unit_name"]
    assert "62****22" in made.body["says"]
    assert set(made.body["papers"]) == {"final_judgement", "masked", "legal_basis"}
    with pytest.raises(NotAllowed, match="lead_officer"):
        go(book, made, "published", 13, CLERK)
    shown = go(book, made, "published", 13, CHIEF)
    with sit(book, SYSTEM, at(14)) as desk:
        assert [one.id for one in exposed(desk)] == [made.id]
        assert not end(desk, desk.get("matter", made.id))
    with sit(book, SYSTEM, at(13 + 180)) as desk:
        assert end(desk, desk.get("matter", shown.id))
        assert exposed(desk) == []


def test_what_is_not_concluded_and_employees_are_never_exposed(book):
    for proposal in (PENALTY, LISTED, STAFF):
        with pytest.raises(NotAllowed, match="not concluded"):
            said(book, proposed(book, proposal), 1)
    with pytest.raises(BadInput, match="nothing to expose"):
        said(book, concluded(book), 12, says="  ")


def test_said_twice_it_is_one(book):
    one = concluded(book)
    assert said(book, one, 12).id == said(book, one, 13).id
