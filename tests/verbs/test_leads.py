import pytest
import typer.main

from duanka import cli
from duanka.store.ledger import SYSTEM, Viewer, open_ledger
from duanka.web.people import add_user
from leads_room import typed
from ledgers import AT

WORD = "a long word of theirs"

TEXT = (
    "lead_id,issued_at,issuer_id,card_kind,card_id\n"
    "L1,2026-06-01T11:00:00+08:00,police_1,account,A1\n"
)


@pytest.fixture
def duanka(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return typed()


def test_a_lead_from_file_to_answer(duanka, tmp_path):
    (tmp_path / "leads.csv").write_text(TEXT, encoding="utf-8")
    who = ("--sender", "police_1", "--unit", "bank_1", "--region", "990101")
    code, out, err = duanka("take", "leads.csv", *who, "--ledger", "l.db")
    assert (code, "new 新增 1" in out) == (0, True), err
    code, out, _ = duanka("list", "--ledger", "l.db")
    assert out.startswith("police_1:L1  received  bank_1")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "account.csv").write_text(
        "account_id,holder_id,institution_id,account_kind,opened_at\n"
        "A9,P1,bank_1,class_1,2020-01-01T00:00:00+08:00\n",
        encoding="utf-8",
    )
    code, out, err = duanka("match", "data", "--ledger", "l.db")
    assert (code, "not_ours 1" in out) == (0, True), err
    code, out, _ = duanka("answer", "police_1:L1", "not_ours", "--ledger", "l.db")
    assert "answered" in out
    code, out, _ = duanka("clocks", "--ledger", "l.db")
    assert (code, "reminded 0" in out) == (0, True)
    code, _, err = duanka("answer", "police_1:L1", "wrong", "--ledger", "l.db")
    assert code == 2
    assert "Conflict" in err


def test_the_template_is_written(duanka, tmp_path):
    code, _, err = duanka("template", "t.xlsx")
    assert (code, (tmp_path / "t.xlsx").stat().st_size > 1000) == (0, True), err


MACHINES = {"template", "clocks", "send", "poll", "serve"}
"""What runs by itself, and the empty workbook; every other verb of leads is somebody's act."""


def test_every_act_on_leads_is_done_from_a_seat():
    group = typer.main.get_command(cli.app).commands["lead"]
    seated = {
        name
        for name, one in group.commands.items()
        if {"password_file", "what_for"} <= {given.name for given in one.params}
    }
    assert set(group.commands) - seated == MACHINES


def test_where_a_ledger_has_users_leads_are_theirs_by_password_role_and_scope(duanka, tmp_path):
    (tmp_path / "leads.csv").write_text(TEXT, encoding="utf-8")
    (tmp_path / "word").write_text(WORD, encoding="utf-8")
    book = open_ledger(str(tmp_path / "l.db"))
    for name, role, bank in (
        ("li", "officer", "bank_1"), ("zhao", "officer", "bank_2"), ("au", "auditor", "*"),
    ):  # fmt: skip
        add_user(book, Viewer(name, (role,), (bank,), ("*",)), WORD, at=AT)

    def sits(who):
        return ("--as", who, "--password-file", "word", "--ledger", "l.db")

    unit = ("--sender", "police_1", "--unit", "bank_1", "--region", "990101")
    assert "wrong" in duanka("take", "leads.csv", *unit, *sits("nobody"))[2]
    assert "none of those" in duanka("take", "leads.csv", *unit, *sits("au"))[2]
    assert duanka("take", "leads.csv", *unit, *sits("zhao"))[0] == 2
    code, out, err = duanka("take", "leads.csv", *unit, *sits("li"))
    assert (code, "new 新增 1" in out) == (0, True), err
    assert duanka("list", *sits("zhao"))[1] == ""
    assert "no lead" in duanka("answer", "police_1:L1", "wrong", *sits("zhao"))[2]
    assert duanka("list", *sits("li"))[1].startswith("police_1:L1")
    assert duanka("standing", *sits("zhao"))[1] == ""
    with book.read(SYSTEM, at=AT) as desk:
        assert {row.actor for row in desk.history("lead", "police_1:L1")} == {"li"}
    book.close()
