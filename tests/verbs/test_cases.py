"""Verbs that move cases: said plainly, refused plainly. The whole day is walked in tests/journeys."""

import pytest

from desks import finding, in_force
from duanka.store.ledger import open_ledger
from shell import duanka, fine, refused


@pytest.fixture
def at(tmp_path):
    book = open_ledger(str(tmp_path / "l.db"))
    in_force(book, finding("verify_transaction"))
    book.close()
    return ["--ledger", tmp_path / "l.db"]


def test_what_is_over_ends_and_what_waits_goes(at, tmp_path):
    assert "orders 1" in fine(duanka("expire", *at)).out
    assert "holders 0" in fine(duanka("remind", *at)).out
    said = fine(duanka("send", "--to", tmp_path / "out", "--topic", "order_lifted", *at)).out
    assert said == "sent 1  failed 0  given_up 0  overtaken 0\n"
    assert "labels 标签: 0" in fine(duanka("export-labels", "--out", tmp_path / "d", *at)).out


def test_a_folder_without_a_run_is_refused(at, tmp_path):
    assert "no table of scores" in refused(duanka("open-cases", tmp_path, *at)).err


def test_an_address_that_is_none_is_refused(at):
    assert "knows no address" in refused(duanka("send", "--to", "ftp://x", *at)).err
