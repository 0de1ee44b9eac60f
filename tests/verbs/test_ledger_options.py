"""What the verbs of the ledger share: which ledger, who acts, one line a record."""

import pytest

from duanka.errors import BadInput
from duanka.settings import Settings
from duanka.store.ledger import Record
from duanka.verbs import ledger_options
from ledgers import AT


def test_who_names_nothing_sees_everything_at_the_command():
    viewer = ledger_options.viewer_of("li", ["officer"], None, None)
    assert viewer.sees("any", "990101")
    narrow = ledger_options.viewer_of("li", ["officer"], ["b1"], ["990000"])
    assert not narrow.sees("b2", "990101")


def test_the_ledger_is_named_by_option_or_setting(tmp_path, monkeypatch):
    monkeypatch.delenv("DUANKA_LEDGER", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match="which ledger"):
        ledger_options.opened(None, None, None)
    monkeypatch.setenv("DUANKA_LEDGER", str(tmp_path / "l.db"))
    settings, book = ledger_options.opened(None, None, None)
    assert isinstance(settings, Settings)
    assert (tmp_path / "l.db.keys").exists()
    assert book.dialect == "sqlite"
    book.close()


def test_a_record_is_said_in_a_line(capsys):
    made = Record(
        "order", "o1", "b", "990101", "in_force", {"measure": "restrict"}, about="account:A"
    )
    ledger_options.line(made, "measure")
    assert capsys.readouterr().out == "o1  in_force  account:A  measure restrict\n"
    ledger_options.line(Record("case", "c", "b", "", "new", {}, due_at=AT))
    assert "due 2026-06-01" in capsys.readouterr().out


def test_the_rules_are_those_of_the_settings():
    assert ledger_options.rules(Settings()).version
    assert ledger_options.now().tzinfo is not None
