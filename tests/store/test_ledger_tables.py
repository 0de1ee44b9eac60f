"""The tables as the program knows them are the tables that the migrations make."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from duanka.store import ledger_open
from duanka.store.ledger_tables import META
from ledgers import BOTH, empty_url


@pytest.mark.parametrize("dialect", BOTH)
def test_migrations_and_program_agree(dialect, tmp_path):
    made = ledger_open.migrated(ledger_open.engine(empty_url(dialect, tmp_path)))
    with made.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, META)
    made.dispose()
    assert differences == []
