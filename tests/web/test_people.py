from datetime import timedelta

import pyotp
import pytest

from duanka.errors import BadInput, NotAllowed
from duanka.store.ledger import SYSTEM, Viewer
from duanka.web.people import LOCKED_FOR, MOST_WRONG, ROLES, add_user, enter
from ledgers import AT, ledger

WORD = "correct horse battery"
ANA = Viewer("ana", ("analyst",), ("bank_1",), ("990000",))


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def test_a_user_enters_with_roles_and_scopes(book):
    add_user(book, ANA, WORD, at=AT)
    assert enter(book, "ana", WORD, "", at=AT).viewer == ANA


def test_the_password_stands_nowhere_in_plain(book, tmp_path):
    add_user(book, ANA, WORD, at=AT)
    book.close()
    assert all(WORD.encode() not in f.read_bytes() for f in tmp_path.iterdir())


def test_wrong_names_passwords_and_codes_are_told_alike(book):
    add_user(book, ANA, WORD, at=AT)
    secret = pyotp.random_base32()
    add_user(book, Viewer("bob", ("officer",), ("*",), ("*",)), WORD, at=AT, secret=secret)
    told = set()
    for name, word, code in (("ana", "x" * 12, ""), ("eve", WORD, ""), ("bob", WORD, "000000")):
        with pytest.raises(NotAllowed) as refused:
            enter(book, name, word, code, at=AT)
        told.add(str(refused.value))
    assert len(told) == 1
    assert enter(book, "bob", WORD, pyotp.TOTP(secret).at(AT), at=AT).second_factor


def test_too_many_wrong_passwords_lock_for_a_while(book):
    add_user(book, ANA, WORD, at=AT)
    for _ in range(MOST_WRONG):
        with pytest.raises(NotAllowed):
            enter(book, "ana", "wrong wrong wrong", "", at=AT)
    with pytest.raises(NotAllowed):
        enter(book, "ana", WORD, "", at=AT + LOCKED_FOR - timedelta(seconds=1))
    assert enter(book, "ana", WORD, "", at=AT + LOCKED_FOR + timedelta(seconds=1))


def test_every_try_is_a_row_of_history(book):
    add_user(book, ANA, WORD, at=AT)
    enter(book, "ana", WORD, "", at=AT)
    with pytest.raises(NotAllowed):
        enter(book, "ana", "wrong wrong wrong", "", at=AT)
    with book.desk(SYSTEM, at=AT, purpose="a test") as desk:
        acts = [link.act for link in desk.history("user", "ana")]
    assert acts == ["add", "look", "enter", "look", "refuse"]


@pytest.mark.parametrize(
    ("roles", "word"),
    [
        (("king",), WORD),
        ((), WORD),
        (("auditor", "officer"), WORD),
        (("analyst",), "short"),
        (("unit",), WORD),
        (("unit", "governance"), WORD),
    ],
)
def test_users_that_must_not_be_are_refused(book, roles, word):
    with pytest.raises(BadInput):
        add_user(book, Viewer("x", roles, ("*",), ("*",)), word, at=AT)
    assert "auditor" in ROLES


def test_nobody_is_added_twice(book):
    add_user(book, ANA, WORD, at=AT)
    with pytest.raises(BadInput, match="such a user"):
        add_user(book, ANA, WORD, at=AT)


def test_a_units_user_is_named_after_it_or_belongs_to_an_institution(book):
    for name, institution in (("outlet:o-1@deputy", "*"), ("desk", "bank_1")):
        one = Viewer(name, ("unit",), (institution,), ("*",))
        add_user(book, one, WORD, at=AT)
        assert enter(book, name, WORD, "", at=AT).viewer == one
