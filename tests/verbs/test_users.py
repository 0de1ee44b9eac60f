"""Users at the command: who one is, who lets people in, and that each change is a row with its reason."""

import re

import pyotp
import pytest

from duanka.store.ledger import SYSTEM, open_ledger
from ledgers import AT
from shell import duanka, fine, refused

WORD = "a long word of theirs"
ONCE = re.compile(r"仅显示一次: (\S+)")


@pytest.fixture
def office(tmp_path):
    """A ledger with an analyst and then a security officer, made by who holds its keys."""
    (tmp_path / "word").write_text(WORD, encoding="utf-8")

    def call(verb, *words, by=None, word="word"):
        sits = ["--as", by, "--password-file", tmp_path / word] if by else []
        named = [*verb.split(), *words, *sits, "--ledger", tmp_path / "l.db"]
        return duanka(*named)

    first = ["--password-file", tmp_path / "word"]
    bank = ["--institution", "bank_1"]
    fine(call("user add", "ana", "--role", "analyst", *bank, *first))
    fine(call("user add", "sec", "--role", "security", *first))
    return call, tmp_path


def acts(folder, name):
    book = open_ledger(str(folder / "l.db"))
    with book.read(SYSTEM, at=AT) as desk:
        rows = [(row.act, row.actor) for row in desk.history("user", name)]
    book.close()
    return [one for one in rows if one[0] not in {"look", "enter"}]


def test_one_is_told_who_one_is(office):
    call, _ = office
    said = fine(call("whoami", by="ana")).out
    assert said == "ana  active  roles 角色 analyst  institutions 机构 bank_1  regions 地区 *\n"
    assert (
        "roles 角色 x" in fine(duanka("whoami", "--role", "x", "--ledger", office[1] / "n.db")).out
    )


def test_from_the_first_security_officer_on_they_let_people_in(office):
    call, folder = office
    new = ["new", "--role", "reviewer"]
    assert "wrong" in refused(call("user add", *new, word="word", by="command")).err
    assert "security officer" in refused(call("user add", *new, by="ana")).err
    made = fine(call("user add", *new, by="sec")).out
    (folder / "made").write_text(ONCE.search(made)[1], encoding="utf-8")
    assert "reviewer" in fine(call("whoami", by="new", word="made")).out
    assert acts(folder, "new") == [("add", "sec")]


def test_a_user_is_stopped_let_in_again_and_given_a_new_password_with_a_second_factor(office):
    call, folder = office
    why = ["--because", "left"]
    assert "disabled" in fine(call("user disable", "ana", *why, by="sec")).out
    refused(call("whoami", by="ana"))
    refused(call("user disable", "ana", *why, by="sec"))
    assert "ana  active" in fine(call("user enable", "ana", *why, by="sec")).out
    for _ in range(5):
        (folder / "no").write_text("nothing like it", encoding="utf-8")
        refused(call("whoami", by="ana", word="no"))
    assert "locked" in fine(call("user list", by="sec")).out
    assert "ana  active" in fine(call("user unlock", "ana", *why, by="sec")).out
    fine(call("whoami", by="ana"))
    made = fine(call("user reset", "ana", "--second-factor", *why, by="sec")).out
    (folder / "made").write_text(ONCE.search(made)[1], encoding="utf-8")
    refused(call("whoami", by="ana"))
    refused(call("whoami", by="ana", word="made"))
    code = pyotp.TOTP(made.split("密钥: ")[1].strip()).now()
    fine(call("whoami", "--code", code, by="ana", word="made"))
    named = [one for one in acts(folder, "ana") if one[0] != "refuse"]
    assert named == [("add", "system")] + [
        (act, "sec") for act in ("disable", "enable", "unlock", "reset")
    ]


def test_roles_are_granted_by_another_and_with_a_reason(office):
    call, _ = office
    asked = ["ana", "--role", "officer", "--institution", "bank_2"]
    refused(call("user grant", *asked, "--because", " ", by="sec"))
    refused(call("user grant", *asked, "--because", "moved", by="ana"))
    assert (
        "roles 角色 officer" in fine(call("user grant", *asked, "--because", "moved", by="sec")).out
    )
    said = fine(call("whoami", by="ana")).out
    assert "officer  institutions 机构 bank_2" in said
    own = ["sec", "--role", "administrator", "--because", "x"]
    assert "own user" in refused(call("user grant", *own, by="sec")).err
    mixed = ["ana", "--role", "auditor", "--role", "officer", "--because", "x"]
    refused(call("user grant", *mixed, by="sec"))


def test_the_list_is_for_who_keeps_or_audits(office):
    call, _ = office
    assert "none of those" in refused(call("user list", by="ana")).err
    told = fine(call("user list", by="sec")).out.splitlines()
    assert [row.split()[0] for row in told] == ["ana", "sec"]
    assert WORD not in "".join(told)
