import pytest

from duanka.errors import BadInput, NotAllowed
from duanka.store.ledger import SYSTEM, Viewer
from duanka.web import people
from duanka.web.own_password import change_own
from ledgers import AT, ledger

OLD, NEW = "correct horse battery", "a better horse battery"


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    people.add_user(made, Viewer("ana", ("analyst",), ("bank_2",), ("990100",)), OLD, at=AT)
    yield made
    made.close()


def enters(book, word):
    try:
        return people.enter(book, "ana", word, "", at=AT).viewer.user_id == "ana"
    except NotAllowed:
        return False


def test_scope_bars_nobody_from_their_own_password_and_history_tells_of_it(book):
    change_own(book, "ana", (OLD, ""), NEW, at=AT)
    assert not enters(book, OLD)
    assert enters(book, NEW)
    with book.read(SYSTEM, at=AT) as desk:
        assert "change_password" in [link.act for link in desk.history("user", "ana")]
        assert desk.get("user", "ana").body["institutions"] == ["bank_2"]
    assert book.verify().rows > 0


def test_five_wrong_old_passwords_lock_as_at_the_door(book):
    for _ in range(people.MOST_WRONG):
        with pytest.raises(NotAllowed):
            change_own(book, "ana", ("guessed it, did I", ""), NEW, at=AT)
    assert not enters(book, OLD)


@pytest.mark.parametrize("new", [OLD, "short"])
def test_a_password_that_is_short_or_the_old_one_is_refused(book, new):
    with pytest.raises(BadInput):
        change_own(book, "ana", (OLD, ""), new, at=AT)
    assert enters(book, OLD)
