"""Ledgers to test on: SQLite in a folder, and a real PostgreSQL that the first test that wants it starts."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import sqlite3
import subprocess
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import psycopg

from duanka.store.ledger import Ledger, Viewer, open_ledger

BOTH = ("sqlite", "postgresql")
AT = datetime(2026, 6, 1, 4, tzinfo=UTC)
ANALYST = Viewer("ana", ("analyst",), ("bank_1",), ("990000",))
OFFICER = Viewer("ofa", ("officer",), ("bank_1",), ("990000",))
OFFICER_2 = Viewer("ofb", ("officer",), ("bank_1",), ("990000",))
REVIEWER = Viewer("rev", ("reviewer",), ("bank_1",), ("990000",))
OUTSIDER = Viewer("out", ("analyst", "officer", "reviewer"), ("bank_2",), ("*",))
ELSEWHERE = Viewer("far", ("analyst", "officer", "reviewer"), ("bank_1",), ("980000",))
_NUMBER = itertools.count()


def _postgres_bin() -> Path:
    """Where PostgreSQL's programs are; a machine without them fails the tests, loudly."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    message = "PostgreSQL is missing: on Debian, apt-get install postgresql"
    raise RuntimeError(message)


def _as_nobody_special(command: list[str]) -> list[str]:
    """The command as the user postgres where the tests run as root, whom PostgreSQL refuses."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


def _call(*command: object) -> None:
    done = subprocess.run(
        _as_nobody_special([str(word) for word in command]),
        capture_output=True, text=True, check=False, cwd="/",
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


@cache
def socket_folder() -> Path:
    """The folder of the socket of a throw-away PostgreSQL, which ends with the tests."""
    programs = _postgres_bin()
    folder = Path(tempfile.mkdtemp(prefix="dk-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    _call(
        programs / "initdb", "-D", data, "-U", "tester", "--auth=trust", "--no-sync", "-E", "UTF8"
    )
    options = f"-c listen_addresses='' -k {folder} -c fsync=off -c shared_buffers=64MB"

    def stop() -> None:
        _call(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)

    _call(programs / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    atexit.register(stop)
    return folder


@cache
def _template() -> str:
    """A database whose tables are made, for others to be copied from."""
    _statement("CREATE DATABASE made")
    with tempfile.TemporaryDirectory() as folder:
        open_ledger(_url("made"), keys=Path(folder) / "keys").close()
    with psycopg.connect(host=str(socket_folder()), dbname="made", user="tester") as connection:
        connection.execute("DELETE FROM about")
    return "made"


@cache
def _sqlite_template() -> bytes:
    """A file in which the tables are made, for others to be copied from: migrations take a second."""
    with tempfile.TemporaryDirectory() as folder:
        url = empty_url("sqlite", Path(folder))
        open_ledger(url, keys=Path(folder) / "keys").close()
        with sqlite3.connect(url) as connection:
            connection.execute("DELETE FROM about")
        connection.close()
        return Path(url).read_bytes()


def _url(name: str) -> str:
    return f"postgresql://tester@/{name}?host={socket_folder()}"


def _statement(text: str) -> None:
    where = {"host": str(socket_folder()), "dbname": "postgres", "user": "tester"}
    with psycopg.connect(**where, autocommit=True) as connection:
        connection.execute(text)


def empty_url(dialect: str, folder: Path) -> str:
    """The URL of a database with nothing in it."""
    if dialect == "sqlite":
        return str(folder / f"ledger{next(_NUMBER)}.db")
    name = f"t{next(_NUMBER)}"
    _statement(f"CREATE DATABASE {name}")
    return _url(name)


def made_url(dialect: str, folder: Path) -> str:
    """The URL of a database in which the ledger's tables are ready: a quick copy."""
    if dialect == "sqlite":
        url = empty_url(dialect, folder)
        Path(url).write_bytes(_sqlite_template())
        return url
    name = f"t{next(_NUMBER)}"
    _statement(f"CREATE DATABASE {name} TEMPLATE {_template()}")
    return _url(name)


def ledger(dialect: str, folder: Path, suite: str = "intl") -> Ledger:
    """A new ledger with keys of its own in the folder."""
    keys = folder / f"keys{next(_NUMBER)}"
    return open_ledger(made_url(dialect, folder), keys=keys, suite=suite)
