from datetime import timedelta

import pyotp
import pytest

from duanka.errors import BadInput, Conflict, NotAllowed, NotFound
from duanka.store.ledger import Viewer
from duanka.web import tenure
from duanka.web.people import MOST_WRONG, ROLES, add_user, enter
from ledgers import AT, ledger

WORD = "correct horse battery"
SAFE = Viewer("safe", ("security",), ("*",), ("*",))
ANA = Viewer("ana", ("analyst",), ("bank_1",), ("990000",))


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    add_user(made, SAFE, WORD, at=AT)
    add_user(made, ANA, WORD, at=AT)
    yield made
    made.close()


def at_desk(book, who=SAFE):
    return book.desk(who, at=AT, purpose="a test")


def test_somebody_new_enters_with_the_password_and_code_that_were_said_once(book):
    bob = Viewer("bob", ("officer",), ("bank_1",), ("*",))
    with at_desk(book) as desk:
        word, secret = tenure.add(desk, bob, second_factor=True)
    assert enter(book, "bob", word, pyotp.TOTP(secret).at(AT), at=AT).viewer == bob


def test_who_is_disabled_stays_out_until_enabled(book):
    with at_desk(book) as desk:
        tenure.move(desk, "ana", "disable", "left the team")
    with pytest.raises(NotAllowed):
        enter(book, "ana", WORD, "", at=AT)
    with at_desk(book) as desk, pytest.raises(Conflict):
        tenure.move(desk, "ana", "disable", "once more")
    with at_desk(book) as desk:
        tenure.move(desk, "ana", "enable", "came back")
    assert enter(book, "ana", WORD, "", at=AT).viewer == ANA


def test_an_unlocked_user_may_try_at_once(book):
    for _ in range(MOST_WRONG):
        with pytest.raises(NotAllowed):
            enter(book, "ana", "wrong wrong wrong", "", at=AT)
    with at_desk(book) as desk:
        tenure.unlock(desk, "ana", "forgot the new keyboard")
    assert enter(book, "ana", WORD, "", at=AT)


def test_a_new_password_makes_the_old_one_void(book):
    with at_desk(book) as desk:
        word, secret = tenure.reset(desk, "ana", "forgotten", second_factor=False)
    with pytest.raises(NotAllowed):
        enter(book, "ana", WORD, "", at=AT)
    assert secret == ""
    assert enter(book, "ana", word, "", at=AT + timedelta(minutes=1)).viewer == ANA


def test_roles_and_scope_are_exactly_those_granted(book):
    other = Viewer("ana", ("officer", "reviewer"), ("*",), ("*",))
    with at_desk(book) as desk:
        tenure.grant(desk, other, "changed desks")
    assert enter(book, "ana", WORD, "", at=AT).viewer == other
    with at_desk(book) as desk, pytest.raises(BadInput):
        tenure.grant(desk, Viewer("ana", ("officer", "auditor"), ("*",), ("*",)), "both")


ACTS = {
    "add": lambda desk, user: tenure.add(desk, Viewer(user + "x", ("officer",), ("*",), ("*",)), second_factor=False),
    "move": lambda desk, user: tenure.move(desk, user, "disable", "why"),
    "unlock": lambda desk, user: tenure.unlock(desk, user, "why"),
    "reset": lambda desk, user: tenure.reset(desk, user, "why", second_factor=False),
    "grant": lambda desk, user: tenure.grant(desk, Viewer(user, ("officer",), ("*",), ("*",)), "why"),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", [one for one in ROLES if one != "security"])
def test_only_a_security_officer_changes_users(book, act, role):
    with at_desk(book, Viewer("eve", (role,), ("*",), ("*",))) as desk, pytest.raises(NotAllowed):
        ACTS[act](desk, "ana")


@pytest.mark.parametrize("act", [one for one in ACTS if one != "add"])
def test_nobody_changes_their_own_user_and_nobody_changes_without_a_reason(book, act):
    with at_desk(book) as desk, pytest.raises(NotAllowed):
        ACTS[act](desk, "safe")
    with at_desk(book) as desk, pytest.raises(NotFound):
        ACTS[act](desk, "nobody")
    for name in ("move", "unlock", "grant"):
        with at_desk(book) as desk, pytest.raises(BadInput):
            {"move": lambda: tenure.move(desk, "ana", "disable", " "),
             "unlock": lambda: tenure.unlock(desk, "ana", ""),
             "grant": lambda: tenure.grant(desk, ANA, "")}[name]()  # fmt: skip


def test_every_act_is_a_row_of_history_with_who_and_why(book):
    with at_desk(book) as desk:
        tenure.move(desk, "ana", "disable", "left the team")
        rows = desk.history("user", "ana")
    assert [one.act for one in rows] == ["add", "disable"]
    assert rows[-1].actor == "safe"
    assert "left the team" in rows[-1].image


def test_who_neither_lets_in_nor_keeps_nor_audits_sees_no_users(book):
    with book.read(SAFE, at=AT) as desk:
        assert [one.id for one in tenure.everybody(desk)] == ["ana", "safe"]
        assert [one.id for one in tenure.everybody(desk, after="ana", limit=1)] == ["safe"]
    with book.read(ANA, at=AT) as desk, pytest.raises(NotAllowed):
        tenure.everybody(desk)
