"""Who acts at the command: as given where a ledger has no users, else a user, after their password, in their scope."""

import pytest

from desks import finding, policy, sit
from duanka.cases import order
from duanka.errors import NotAllowed
from duanka.store.ledger import SYSTEM, Viewer, open_ledger
from duanka.verbs.seat import Claim, narrowed
from duanka.web.people import add_user
from ledgers import AT
from shell import duanka, fine, refused

WORD = "a long word of Li"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A ledger with one proposal and two users: an officer of one province, and an auditor."""
    folder = tmp_path_factory.mktemp("office")
    book = open_ledger(str(folder / "l.db"))
    with sit(book, SYSTEM) as desk:
        made = order.propose(desk, finding("restrict"), policy())
    add_user(book, Viewer("li", ("officer",), ("bank_1",), ("990000",)), WORD, at=AT)
    add_user(book, Viewer("zhao", ("officer",), ("bank_2",), ("*",)), WORD, at=AT)
    book.close()
    (folder / "word").write_text(WORD + "\n", encoding="utf-8")
    (folder / "wrong").write_text("something else", encoding="utf-8")
    return folder, made.id


def options(folder, user, word="word"):
    return ["--ledger", folder / "l.db", "--as", user, "--password-file", folder / word]


def test_nobody_acts_without_being_a_user(office):
    folder, which = office
    act = ["order", "decide", which, "--say", "yes", "--because", "x"]
    assert "wrong" in refused(duanka(*act, *options(folder, "li", "wrong"))).err
    assert "wrong" in refused(duanka(*act, *options(folder, "nobody"))).err
    assert "cannot be read" in refused(duanka(*act, *options(folder, "li", "absent"))).err
    assert "no order" in refused(duanka(*act, *options(folder, "zhao"))).err
    more = [*options(folder, "li"), "--role", "reviewer"]
    assert "does not hold this role" in refused(duanka(*act, *more)).err
    assert "in_force" in fine(duanka(*act, *options(folder, "li"))).out


def test_the_ledger_says_who_entered_and_who_acted(office):
    folder, which = office
    fine(duanka("order", "list", *options(folder, "li")))
    book = open_ledger(str(folder / "l.db"))
    with book.read(SYSTEM, at=AT) as desk:
        entered = [row.purpose for row in desk.history("user", "li") if row.act == "enter"]
        acted = {row.actor for row in desk.history("order", which)}
    book.close()
    assert "somebody acts at the command" in entered
    assert acted <= {"li", "system"}


def test_one_uses_a_part_of_what_one_has_and_no_more():
    li = Viewer("li", ("officer", "reviewer"), ("b1", "b2"), ("990000",))
    part = narrowed(li, Claim("li", ("officer",), ("b1",), ("990100",)))
    assert (part.roles, part.institutions, part.regions) == (("officer",), ("b1",), ("990100",))
    assert narrowed(li, Claim("li", (), (), ())) == li
    for claim in (
        Claim("li", ("auditor",), (), ()),
        Claim("li", (), ("b3",), ()),
        Claim("li", (), (), ("980000",)),
    ):
        with pytest.raises(NotAllowed):
            narrowed(li, claim)
