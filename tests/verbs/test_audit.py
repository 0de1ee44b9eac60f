"""Verbs of the ledger itself: whole or not, checkpoints, keys, and nothing else."""

import json
import sqlite3

import pytest

from desks import finding, in_force, sit
from duanka.store.ledger import Wanted, open_ledger
from ledgers import OFFICER
from shell import duanka, fine, refused


@pytest.fixture
def at(tmp_path):
    book = open_ledger(str(tmp_path / "l.db"))
    in_force(book, finding("restrict"))
    book.close()
    return ["--ledger", tmp_path / "l.db"]


def test_a_ledger_is_whole_until_somebody_changes_it(at, tmp_path):
    fine(duanka("audit", "checkpoint", "--out", tmp_path / "mark.json", *at))
    assert fine(duanka("audit", "verify", "--anchor", tmp_path / "mark.json", *at)).out.endswith(
        "whole 完整\n"
    )
    with sqlite3.connect(tmp_path / "l.db") as raw:
        raw.execute("UPDATE record SET state = 'lifted' WHERE kind = 'order'")
    said = duanka("audit", "verify", *at)
    assert said.code == 1
    assert "changed behind history: order o-" in said.out
    assert "NOT WHOLE 不完整" in said.out


def test_a_ledger_whose_name_is_mistyped_is_not_made_and_called_whole(tmp_path):
    said = refused(duanka("audit", "verify", "--ledger", tmp_path / "nosuch.db"))
    assert "there is no such ledger" in said.err
    assert not list(tmp_path.iterdir())


def test_an_auditor_finds_a_look_unjustified(at, tmp_path):
    book = open_ledger(str(tmp_path / "l.db"))
    with sit(book, OFFICER, purpose="curious") as desk:
        (notice,) = desk.find(Wanted("notice"))
        desk.look("notice", notice.id)
        row = desk.history("notice", notice.id)[-1].seq
    book.close()
    asked = ["audit", "unjustified", row, "--because", "no case of theirs", *at]
    assert "none of those" in refused(duanka(*asked, "--role", "officer")).err
    assert "notice" in fine(duanka(*asked)).out
    assert "before" in refused(duanka(*asked)).err


def test_keys_turn_and_the_ledger_still_opens(at, tmp_path):
    assert "resealed 重新加密: 2" in fine(duanka("audit", "rotate-keys", *at)).out
    assert fine(duanka("audit", "verify", *at)).out.endswith("whole 完整\n")
    kept = json.loads((tmp_path / "l.db.keys").read_text(encoding="utf-8"))
    assert [one["key_id"] for one in kept["sealing"]] == ["k1", "k2"]
