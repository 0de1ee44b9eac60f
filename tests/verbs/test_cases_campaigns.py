"""A clean-up at the command: picked, asked once, answered, counted."""

import pytest

from shell import duanka, fine, refused


@pytest.fixture
def folder(tmp_path):
    rows = [
        f"A{i},class_1,P{i // 5},bank_1,2020-01-01T00:00:00+08:00,{'dormant' if i == 7 else 'active'}"
        for i in range(8)
    ]
    heads = "account_id,account_kind,holder_id,institution_id,opened_at,status"
    (tmp_path / "account.csv").write_text("\n".join([heads, *rows]), encoding="utf-8")
    return tmp_path


def test_holders_are_asked_once_and_their_answers_counted(folder, tmp_path):
    where = ["--ledger", tmp_path / "l.db"]
    start = ["campaign", "start", "春", folder, "--of", "bank_1", *where]
    made = fine(duanka(*start, "--pick", "many")).out.split()[0]
    assert fine(duanka(*start, "--pick", "many")).out.split()[0] == made
    asked = fine(duanka("reverify", "list", *where)).out.splitlines()
    assert len(asked) == 5
    answer = ["reverify", "answer", asked[0].split()[0], "--say", "passed", *where]
    fine(duanka(*answer))
    assert "asked 4  passed 1" in fine(duanka("campaign", "show", made, *where)).out
    other = ["campaign", "start", "夏", folder, "--of", "bank_1", "--pick", "dormant", *where]
    assert "cards 1" in fine(duanka(*other)).out
    assert "no card of bank_9" in refused(duanka(*start, "--pick", "many", "--of", "bank_9")).err
