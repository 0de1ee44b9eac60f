"""No discipline lacks anything, whoever writes it: the program refuses it, and the database again."""

from dataclasses import replace

import pytest

from desks import disciplined, sit
from duanka.cases import discipline_wall
from duanka.errors import BadInput
from ledgers import BOTH, OFFICER, ledger


@pytest.fixture
def made(tmp_path):
    return disciplined(ledger("sqlite", tmp_path))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"legal_basis": ""}, "legal basis"),
        ({"notice_id": ""}, "the notice"),
        ({"appeal_path": ""}, "appeal path"),
        ({"document": {"digest": "", "number": "1"}}, "document"),
        ({"decided_by": ["system"]}, "somebody else"),
        ({"authority": "officer"}, "somebody else"),
        ({"kept": ["tax"]}, "never be stopped"),
        ({"measures": []}, "measures"),
        ({"expires_at": "2020"}, "before it begins"),
    ],
)
def test_what_lacks_something_is_refused_by_name(made, changed, told):
    with pytest.raises(BadInput, match=told):
        discipline_wall.check(made.but(None, **changed), "in_force")


def test_it_comes_from_nowhere_but_in_force_and_ends_by_a_clock(made):
    assert discipline_wall.check(made, "") is made
    for before, state in (("", "proposed"), ("expired", "in_force"), ("lifted", "in_force")):
        with pytest.raises(BadInput, match="cannot go"):
            discipline_wall.check(made.but(state), before)
    with pytest.raises(BadInput, match="by itself"):
        discipline_wall.check(replace(made, due_at=None), "")
    with pytest.raises(BadInput, match="no person"):
        discipline_wall.check(replace(made, about="account:A1"), "")


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize("lacking", ["legal_basis", "document", "measures", "appeal_path"])
def test_the_database_refuses_it_too(dialect, lacking, tmp_path):
    book = ledger(dialect, tmp_path)
    whole = disciplined(book)
    bare = replace(whole.but(None, **{lacking: type(whole.body[lacking])()}), id="d-x", version=0)
    with pytest.raises(BadInput, match="lacks"), sit(book, OFFICER) as desk:
        desk.write(bare, act="record")
    with pytest.raises(BadInput, match="lacks"), sit(book, OFFICER) as desk:
        desk.write(replace(bare, id=whole.id, version=whole.version), act="record")
    book.close()
