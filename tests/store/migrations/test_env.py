"""Migrations run on the connection they are given, from the package, without a configuration file."""

import sqlalchemy as sa

from duanka.store import ledger_open


def test_the_packaged_steps_run_on_the_given_connection(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = ledger_open.engine(str(tmp_path / "l.db"))
    with made.begin() as connection:
        ledger_open._upgrade(connection)
        stands = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    made.dispose()
    assert stands == ledger_open.NEWEST
    assert not list(tmp_path.glob("*.ini"))
