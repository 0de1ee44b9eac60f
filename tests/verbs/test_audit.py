"""Verbs of the ledger itself: whole or not, checkpoints, keys, papers, figures."""

import json
import sqlite3

import pytest

from desks import FOUND, finding, in_force, policy, sit
from duanka.cases import case
from duanka.cases.case import Alerts
from duanka.store.ledger import SYSTEM, open_ledger
from shell import duanka, fine


@pytest.fixture
def at(tmp_path):
    book = open_ledger(str(tmp_path / "l.db"))
    in_force(book, finding("restrict"))
    with sit(book, SYSTEM) as desk:
        case.open_case(desk, Alerts("card", "account:A1", (FOUND,)), policy())
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


def test_keys_turn_and_the_ledger_still_opens(at, tmp_path):
    assert "resealed 重新加密: 2" in fine(duanka("audit", "rotate-keys", *at)).out
    assert fine(duanka("audit", "verify", *at)).out.endswith("whole 完整\n")
    kept = json.loads((tmp_path / "l.db.keys").read_text(encoding="utf-8"))
    assert [one["key_id"] for one in kept["sealing"]] == ["k1", "k2"]


def test_cases_are_listed_and_their_papers_written(at, tmp_path):
    said = fine(duanka("case", "list", *at)).out.split()
    assert said[0] == "40,000.00"
    fine(duanka("case", "report", said[1], "--out", tmp_path / "papers", *at))
    assert {path.suffix for path in (tmp_path / "papers").iterdir()} == {".docx", ".zip"}


def test_figures_are_told_as_lines_or_as_json(at):
    assert "wrongful" in fine(duanka("report", "fairness", *at)).out
    assert json.loads(fine(duanka("report", "fairness", "--json", *at)).out)["looks"] == []
