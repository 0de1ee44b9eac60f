import re

import pytest
import typer
from typer.testing import CliRunner

from duanka.verbs import governance
from published import month

CHIEF = ("--as", "chief", "--role", "lead_officer")


@pytest.fixture
def asked(tmp_path):
    def ask(*words):
        app = typer.Typer()
        governance.add(app)
        told = [str(word) for word in ("matter", *words)]
        done = CliRunner().invoke(app, [*told, "--ledger", str(tmp_path / "ledger.db")])
        return done.exit_code, done.output + str(done.exception or "")

    return ask


def test_matters_are_opened_listed_moved_and_written_about(asked, tmp_path):
    code, told = asked("open", month())
    assert code == 0, told
    assert re.search(r"opened [1-9]", told)
    code, told = asked("list")
    assert "accountable" in told
    one = re.search(r"(m-[0-9a-f]{24})  proposed", told)[1]
    words = [f"--paper={name}=见附件" for name in ("facts", "reasons", "legal_basis", "rights", "computation")]  # fmt: skip
    code, told = asked("move", one, "--to", "noticed", *CHIEF, *words)
    assert code == 0, told
    assert "  noticed  " in told
    code, told = asked("item", one, "--what", "补充回访记录", *CHIEF)
    assert "given" in told
    code, told = asked("letter", one, "--out", tmp_path / "letter.docx", *CHIEF)
    assert (tmp_path / "letter.docx").read_bytes().startswith(b"PK")
    code, told = asked("show", one, *CHIEF)
    assert "to_noticed" in told
    assert "rights: 见附件" in told
    code, told = asked("clock")
    assert "ended 0" in told


def test_suspicions_about_employees_are_listed_for_few(asked):
    asked("open", month())
    assert "seen by few" in asked("list", "--restricted")[1]
    code, told = asked("list", "--restricted", *CHIEF)
    assert code == 0, told
    assert "insider" in told
    assert asked("move", "m-1", "--to", "noticed", *CHIEF, "--paper", "x")[0] != 0
