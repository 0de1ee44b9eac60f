"""The one place that every order passes: what it lacks is named, all of it at once."""

import pytest

from duanka.cases import order_wall
from duanka.errors import BadInput
from duanka.store.ledger import Record
from ledgers import AT

BODY = {
    "because": "x", "legal_basis": "y", "notice_id": "n", "appeal_path": "counter", "measure": "restrict",
    "starts_at": "2026-01-01", "expires_at": "2026-02-01", "policy_version": "p", "reasons": ["x"],
    "kept": ["tax"], "authority": "officer", "decided_by": ["o"],
}  # fmt: skip


def made(state="in_force", due_at=AT, **changed):
    return Record(
        "order", "o", "b", "990101", state, BODY | changed, about="account:A", due_at=due_at
    )


def test_a_whole_order_passes():
    assert order_wall.check(made(), "decided").state == "in_force"


@pytest.mark.parametrize(
    "name",
    [
        "because",
        "legal_basis",
        "notice_id",
        "appeal_path",
        "starts_at",
        "expires_at",
        "reasons",
        "kept",
    ],
)
def test_without_any_of_it_nothing_is_written(name):
    with pytest.raises(BadInput, match="lacks"):
        order_wall.check(made(**{name: type(BODY[name])()}), "decided")


def test_everything_that_is_missing_is_told_at_once():
    with pytest.raises(BadInput) as told:
        order_wall.check(made(because="", legal_basis="", kept=[]), "decided")
    assert all(word in str(told.value) for word in ("the reason", "the legal basis", "kept"))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"expires_at": "2025-01-01"}, "before it begins"),
        ({"due_at": None}, "ends by itself"),
        ({"authority": "two_officers"}, "needs 2"),
        ({"decided_by": ["system"]}, "needs 1"),
        ({"decided_by": []}, "needs 1"),
        ({"authority": "police"}, "not for the police"),
        ({"measure": "freeze"}, "police alone"),
        ({"measure": "freeze", "authority": "police"}, "authority's document"),
        ({"authority": "anybody"}, "needs 99"),
    ],
)
def test_time_and_deciders_must_fit(changed, words):
    with pytest.raises(BadInput, match=words):
        order_wall.check(made(**changed), "decided")


@pytest.mark.parametrize("end", order_wall.ENDS)
def test_from_an_end_nothing_leads_on(end):
    for state in ("proposed", "decided", "in_force", *order_wall.ENDS):
        with pytest.raises(BadInput, match="cannot go"):
            order_wall.check(made(state), end)


def test_an_order_begins_as_a_proposal_or_by_document():
    assert order_wall.check(made("proposed", decided_by=[]), "")
    with pytest.raises(BadInput, match="cannot go"):
        order_wall.check(made("lifted"), "")
