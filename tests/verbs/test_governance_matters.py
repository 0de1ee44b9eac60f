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
    analyst = ("--as", "ana", "--role", "analyst")
    assert "not yours" in asked("item", one, "--what", "补充回访记录", *analyst)[1]
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


def test_a_listed_unit_sees_its_own_matter_with_the_computation_and_objects(asked, tmp_path):
    asked("open", month())
    found = re.findall(r"(m-[0-9a-f]{24})  proposed", asked("list", *CHIEF)[1])
    papers = [f"--paper={name}=见附件" for name in ("facts", "reasons", "legal_basis", "rights", "computation")]  # fmt: skip
    for one in found[:2]:
        assert asked("move", one, "--to", "noticed", *CHIEF, *papers)[0] == 0
    mine, other = found[:2]
    about = re.search(r"责任单位: (outlet:\S+)", asked("show", mine, *CHIEF)[1] + asked("list", *CHIEF)[1])[1]  # fmt: skip
    named = ("--as", f"{about}@deputy", "--role", "unit")
    told = asked("list", *named)[1]
    shown = re.findall(r"m-[0-9a-f]{24}", told)
    assert len(shown) == 1
    assert told.count("accountable") == 1
    assert set(re.findall(r"outlet:\S+", told)) == {about}
    hers = shown[0]
    hidden = other if hers == mine else mine
    code, told = asked("show", hers, *named)
    assert code == 0, told
    assert "lower_ratio: " in told
    assert "chief" not in told.partition("to_noticed")[2]  # steps, not who in the office took them
    assert asked("letter", hers, "--out", tmp_path / "mine.docx", *named)[0] == 0
    for words in (("show", hidden), ("letter", hidden, "--out", tmp_path / "x.docx"), ("move", hidden, "--to", "heard", "--paper", "statement=x")):  # fmt: skip
        code, told = asked(*words, *named)
        assert code != 0
        assert "no such matter" in told
    untold = found[2] if len(found) > 2 else "m-0"
    assert asked("show", untold, *named)[0] != 0
    spoken = [f"--paper={name}=我单位认为计算有误" for name in ("objection", "statement")]
    codes = [asked("move", hers, "--to", to, *named, *spoken)[0] for to in ("objected", "heard")]
    assert sorted(codes) == [0, 1]  # by what kind of matter it is
    assert asked("move", hers, "--to", "withdrawn", *named)[0] != 0
    for words in (("item", hers, "--what", "x"), ("expose", hers, "--says", "x", "--judgement", "x")):  # fmt: skip
        code, told = asked(*words, *named)
        assert code != 0
        assert "nothing else" in told
    assert "seen by few" in asked("list", "--restricted", *named)[1]
