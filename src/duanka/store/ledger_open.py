"""An engine for SQLite or PostgreSQL with the ledger's tables in place, made by the packaged migrations."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from duanka.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

NEWEST = "0002"
"""The last migration; a ledger that stands there is opened without loading Alembic."""
_BUSY_S = 30
_POSTGRES_LOCK = 5_170_231
"""Any number: who migrates holds it, so that two that start at once do not migrate at once."""


def engine(url: str) -> sa.Engine:
    """An engine for the URL: `sqlite:///FILE` or a bare file name, or `postgresql://…`.

    Raises: BadInput if it is no such URL; Unavailable without the driver.
    """
    try:
        asked = sa.engine.make_url(_full(url))
    except ArgumentError as error:
        raise _no_url(url) from error
    if asked.get_backend_name() == "sqlite":
        return _sqlite(asked)
    if asked.get_backend_name() == "postgresql":
        try:
            return sa.create_engine(asked.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        except ImportError as error:
            raise Unavailable(
                "there is no driver for PostgreSQL",
                where="ledger",
                fix="install duanka with its extra `postgres`",
            ) from error
    raise _no_url(url)


def file_of(url: str) -> Path | None:
    """The file that an SQLite ledger lies in; None for another database."""
    asked = sa.engine.make_url(_full(url))
    if asked.get_backend_name() != "sqlite":
        return None
    return Path(asked.database) if asked.database else None


def _full(url: str) -> str:
    return url if "://" in url else f"sqlite:///{url}"


def _no_url(url: str) -> BadInput:
    return BadInput(
        f"a ledger does not lie at {url.partition('://')[0]}://…",
        where="ledger",
        fix="give a file such as ledger.db, or postgresql://host/database",
    )


def _sqlite(asked: sa.URL) -> sa.Engine:
    made = sa.create_engine(asked, connect_args={"timeout": _BUSY_S, "check_same_thread": False})

    def connected(raw: Any, _: Any) -> None:
        raw.isolation_level = None  # the driver would begin and commit by itself
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {setting}")

    def begun(connection: sa.Connection) -> None:
        # a writer takes its turn at once: a reader that turned writer could not be served
        reads = connection.get_execution_options().get("reads_only")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    sa.event.listen(made, "connect", connected)
    sa.event.listen(made, "begin", begun)
    return made


def migrated(made: sa.Engine) -> sa.Engine:
    """The engine, its tables as the newest migration has them.

    Raises: Unavailable if the database does not answer, or is newer than this program.
    """
    answering(lambda: _migrate(made))
    return made


def _migrate(made: sa.Engine) -> None:
    with made.connect().execution_options(reads_only=True) as connection:
        stands = _stands(connection)
    if stands == NEWEST:
        return
    if stands is not None and stands > NEWEST:
        raise Unavailable(
            f"the ledger is at step {stands}, which this duanka does not know",
            where="ledger",
            fix="use the newer duanka that made it",
        )
    with made.begin() as connection:
        if made.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRES_LOCK})")
        if _stands(connection) != NEWEST:  # somebody may have done it while we waited
            _upgrade(connection)


def _stands(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    stands: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return stands


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("duanka.store").joinpath("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, NEWEST)


def answering(ask: Callable[[], Any]) -> Any:
    """What the database answers.

    Raises: Unavailable if it does not answer.
    """
    try:
        return ask()
    except OperationalError as error:
        raise unavailable(error) from error


def unavailable(error: DBAPIError) -> Unavailable:
    """The fault of a database that does not answer, without its password or rows."""
    first = (str(error.orig).splitlines() or [""])[0][:120]
    return Unavailable(
        f"the ledger does not answer: {first}",
        where="ledger",
        fix="see that the database runs and may be reached and written to, then try again",
    )
