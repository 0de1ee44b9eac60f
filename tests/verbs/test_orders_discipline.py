"""Verbs of discipline and of what police order: by their papers alone."""

import pytest

from duanka.store.ledger import open_ledger
from shell import duanka, fine, refused

PAPER = [
    "--issuer",
    "某市公安局",
    "--number",
    "认1",
    "--document",
    "a" * 64,
    "--issued",
    "2026-05-30",
]
WHERE = ["--of", "bank_1", "--place", "990101"]
OFFICER = ["--as", "li", "--role", "officer"]


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    place = tmp_path_factory.mktemp("l") / "l.db"
    open_ledger(str(place)).close()
    return ["--ledger", place]


def test_discipline_is_recorded_checked_appealed_and_released(at):
    told = ["discipline", "record", "P1", "--ground", "recognised", "--act-on", "2025-12-02"]
    record = [*told, *WHERE, *PAPER, *at]
    assert "may not recognise" in refused(duanka(*record, "--level", "county", *OFFICER)).err
    refused(duanka(*record, "--level", "prefecture", "--as", "li", "--role", "analyst"))
    made = fine(duanka(*record, "--level", "prefecture", *OFFICER)).out.split()[0]
    assert made in fine(duanka("discipline", "list", *at)).out
    assert "no_new_payment_account" in fine(duanka("discipline", "check", "P1", *at)).out
    assert "nothing stands" in fine(duanka("discipline", "check", "P2", *at)).out
    receive = ["appeal", "receive", made, "--channel", "letter", "--says", "不是我", *at]
    plea = fine(duanka(*receive)).out.split()[0]
    fine(duanka("appeal", "accept", plea, *at))
    fine(duanka("appeal", "forward", plea, "--authority", "某市公安局", *at))
    assert plea in fine(duanka("appeal", "list", *at)).out
    fine(duanka("discipline", "release", made, *PAPER, *OFFICER, *at))
    assert "nothing stands" in fine(duanka("discipline", "check", "P1", *at)).out


def test_an_order_of_the_police_by_their_paper(at):
    record = ["order", "record", "account:A1", "--measure", "freeze", *WHERE, *PAPER, *at]
    made = fine(duanka(*record, *OFFICER)).out.split()[0]
    refused(duanka("order", "lift", made, "--because", "x", *OFFICER, *at))
    assert "lifted" in fine(duanka("order", "release", made, *PAPER, *OFFICER, *at)).out
    bad = ["order", "record", "A1", "--measure", "freeze", *WHERE, *PAPER, *OFFICER, *at]
    assert "account:NUMBER" in refused(duanka(*bad)).err


def test_facts_are_counted_and_the_export_is_kept(at, tmp_path):
    (tmp_path / "account.csv").write_text(
        "account_id,account_kind,holder_id,institution_id,opened_at\n"
        + "".join(f"A{i},class_1,P1,bank_1,2020-01-01T00:00:00+08:00\n" for i in range(3)),
        encoding="utf-8",
    )
    (tmp_path / "label.csv").write_text(
        "card_kind,card_id,implicated,known_at,source\n"
        + "".join(f"account,A{i},1,2026-01-01T00:00:00+08:00,police\n" for i in range(3)),
        encoding="utf-8",
    )
    out = tmp_path / "facts.csv"
    said = fine(duanka("discipline", "facts", tmp_path, "--out", out, *at)).out
    assert "at or above a line 达到计数线: 2" in said
    assert "不是认定" in out.read_text(encoding="utf-8-sig")
