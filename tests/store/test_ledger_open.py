"""Opening: tables are made once, by whoever comes first; a newer ledger is refused."""

import threading

import pytest
import sqlalchemy as sa

from duanka.errors import Unavailable
from duanka.store import ledger_open
from ledgers import BOTH, empty_url


@pytest.mark.parametrize("dialect", BOTH)
def test_many_that_open_at_once_make_the_tables_once(dialect, tmp_path):
    url, faults = empty_url(dialect, tmp_path), []

    def start():
        made = ledger_open.engine(url)
        try:
            ledger_open.migrated(made)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told below
            faults.append(error)
        finally:
            made.dispose()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    made = ledger_open.engine(url)
    assert {"record", "history", "outbox"} <= set(sa.inspect(made).get_table_names())
    made.dispose()


@pytest.mark.parametrize("dialect", BOTH)
def test_a_ledger_of_a_newer_program_is_refused(dialect, tmp_path):
    made = ledger_open.migrated(ledger_open.engine(empty_url(dialect, tmp_path)))
    with made.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unavailable, match="does not know"):
        ledger_open.migrated(made)
    made.dispose()


def test_sqlite_writes_ahead_and_keeps_every_commit(tmp_path):
    made = ledger_open.engine(str(tmp_path / "l.db"))
    with made.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    made.dispose()


def test_the_file_of_a_url():
    assert ledger_open.file_of("a.db").name == "a.db"
    assert ledger_open.file_of("sqlite:///x/a.db").name == "a.db"
    assert ledger_open.file_of("postgresql://h/d") is None


def test_a_fault_shows_no_password(tmp_path):
    url = "postgresql://u:secret@127.0.0.1:1/d"
    with pytest.raises(Unavailable) as told:
        ledger_open.migrated(ledger_open.engine(url))
    assert "secret" not in str(told.value)
