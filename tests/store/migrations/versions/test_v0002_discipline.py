"""The second step: an older ledger goes on with what it holds, and the wall around discipline stands."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from duanka.store import ledger_open
from duanka.store.ledger_tables import DONE, RECORD
from ledgers import BOTH, empty_url


@pytest.mark.parametrize("dialect", BOTH)
def test_a_ledger_of_the_first_step_goes_on_with_what_it_holds(dialect, tmp_path, monkeypatch):
    made = ledger_open.engine(empty_url(dialect, tmp_path))
    with monkeypatch.context() as older:
        older.setattr(ledger_open, "NEWEST", "0001")
        ledger_open.migrated(made)
    with made.begin() as connection:
        connection.execute(sa.insert(DONE), {"key": "k", "result": "kept", "at": 1})
    ledger_open.migrated(made)
    with made.connect() as connection:
        assert connection.scalar(sa.select(DONE.c.result)) == "kept"
        row = dict.fromkeys(("version", "seq", "is_open", "weight", "changed_at"), 0)
        texts = ("institution_id", "region_code", "about", "parent_id", "assigned_to", "sealed")
        row |= dict.fromkeys(texts, "") | {"kind": "discipline", "id": "d", "body": "{}"}
        with pytest.raises(IntegrityError, match="discipline_lacks_nothing"):
            connection.execute(sa.insert(RECORD), row | {"state": "in_force"})
    made.dispose()
