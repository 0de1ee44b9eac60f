import os
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from console_room import small_run
from duanka.store.ledger import SYSTEM, Wanted, open_ledger
from ledgers import AT


def start(folder, *words):
    environ = {k: v for k, v in os.environ.items() if not k.startswith("DUANKA_")}
    command = [sys.executable, "-m", "duanka.cli", *words]
    return subprocess.Popen(
        command, cwd=folder, env=environ, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )  # fmt: skip


@pytest.fixture
def console(tmp_path):
    small_run(tmp_path)
    words = ("console", "out", "--data", "data", "--beside", "out", "--port", "0", "--demo")
    process = start(tmp_path, *words)
    yield process
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)


def test_the_console_listens_with_a_user_of_each_role(console, tmp_path):
    told = []
    for line in console.stdout:
        told.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            break
    with urllib.request.urlopen(f"{found[0]}/login", timeout=60) as answer:  # noqa: S310  # our own server
        assert "用户名" in answer.read().decode()
    names = {line.split(":")[0] for line in told}
    assert {
        "analyst",
        "officer",
        "officer_2",
        "reviewer",
        "auditor",
        "security",
        "administrator",
    } <= names
    book = open_ledger(str(tmp_path / "out" / "demo.db"))
    with book.read(SYSTEM, at=AT) as desk:
        assert len(desk.find(Wanted("user"))) == 9
        assert len(desk.find(Wanted("case"))) == 1
    book.close()


def test_a_user_is_added_with_a_password_from_standard_input(tmp_path):
    process = start(tmp_path, "user", "add", "ana", "--role", "analyst", "--ledger", "l.db")
    out, _ = process.communicate("correct horse battery\n", timeout=120)
    assert process.returncode == 0, out
    assert "ana" in out
    again = start(tmp_path, "user", "add", "ana", "--role", "analyst", "--ledger", "l.db")
    out, _ = again.communicate("correct horse battery\n", timeout=120)
    assert again.returncode == 2
    assert "such a user" in out
