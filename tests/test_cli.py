import subprocess
import sys

import polars as pl
import pytest
from typer.testing import CliRunner

from duanka import cli
from duanka.errors import BadInput


def run_main(monkeypatch, capsys, *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["duanka", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    captured = capsys.readouterr()
    code = left.value.code
    return (0 if code is None else code), captured.out, captured.err


def failing(monkeypatch, error: BaseException) -> None:
    def stop(*_words):
        raise error

    monkeypatch.setattr(cli, "settings_of", stop)


def test_help_names_every_verb():
    shown = CliRunner().invoke(cli.app, ["--help"])
    assert shown.exit_code == 0
    for verb in ("run", "simulate", "import", "train", "train-default", "evaluate", "policy"):
        assert f"  {verb} " in shown.output


def test_help_imports_nothing_heavy():
    heavy = [
        "numpy",
        "polars",
        "numba",
        "lightgbm",
        "duckdb",
        "sklearn",
        "pyarrow",
        "scipy",
        "dataframely",
        "rich",
        "yaml",
    ]
    words = (
        "import sys\nfrom duanka import cli\n"
        "from typer.testing import CliRunner\n"
        "assert CliRunner().invoke(cli.app, ['--help']).exit_code == 0\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_version_is_printed(monkeypatch, capsys):
    code, out, _ = run_main(monkeypatch, capsys, "--version")
    assert code == 0
    assert out.startswith("duanka 0.")


@pytest.mark.parametrize(
    "words", [["nonsense"], ["run"], ["run", "x"], ["simulate", "--out", "x", "--days", "many"]]
)
def test_a_wrong_command_ends_with_2_and_a_word(monkeypatch, capsys, words):
    code, _, err = run_main(monkeypatch, capsys, *words)
    assert code == 2
    assert "Error" in err
    assert "Traceback" not in err


def test_a_fault_of_the_sender_is_told_with_its_remedy(monkeypatch, capsys):
    failing(monkeypatch, BadInput("no table", where="town", fix="give a folder of tables"))
    code, _, err = run_main(monkeypatch, capsys, "evaluate", "x", "--truth", "y")
    assert code == 2
    assert err.splitlines() == [
        "BadInput: no table",
        "  where: town",
        "  what to do: give a folder of tables",
    ]


class NativePanic(BaseException):
    """As a native library's panic arrives: no Exception at all."""


@pytest.mark.parametrize("error", [ZeroDivisionError("by\nzero"), MemoryError(), NativePanic("x")])
def test_our_own_fault_is_an_apology_and_no_traceback(monkeypatch, capsys, error):
    monkeypatch.delenv("DUANKA_DEBUG", raising=False)
    failing(monkeypatch, error)
    code, _, err = run_main(monkeypatch, capsys, "evaluate", "x", "--truth", "y")
    assert code == 2
    assert type(error).__name__ in err
    assert "Traceback" not in err
    assert "DUANKA_DEBUG=1" in err


def test_what_the_machine_refuses_is_told_as_that(monkeypatch, capsys):
    failing(monkeypatch, PermissionError(13, "Permission denied", "out"))
    code, _, err = run_main(monkeypatch, capsys, "evaluate", "x", "--truth", "y")
    assert code == 2
    assert err.splitlines()[:2] == [
        "the machine refused 系统拒绝: Permission denied",
        "  where: out",
    ]


def test_debug_shows_the_traceback_as_well(monkeypatch, capsys):
    monkeypatch.setenv("DUANKA_DEBUG", "1")
    failing(monkeypatch, ZeroDivisionError("x"))
    code, _, err = run_main(monkeypatch, capsys, "evaluate", "x", "--truth", "y")
    assert code == 2
    assert "Traceback" in err


def test_an_interrupt_ends_with_130(monkeypatch, capsys):
    failing(monkeypatch, KeyboardInterrupt())
    assert run_main(monkeypatch, capsys, "evaluate", "x", "--truth", "y")[0] == 130


def test_debug_is_not_taken_for_a_misspelt_setting(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUANKA_DEBUG", "1")
    monkeypatch.setenv("DUANKA_THREADS", "7")
    assert cli.settings_of(None).threads == 7


def test_policy_folders_of_the_command_come_last(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUANKA_POLICY_FOLDERS", "a")
    assert cli.settings_of([tmp_path / "b"]).policy_folders == ("a", str(tmp_path / "b"))


def garbage(folder):
    folder.mkdir()
    for name in ("transfer.csv", "account.parquet", "call.jsonl", "label.csv.gz", "sim.xlsx"):
        (folder / name).write_bytes(bytes(range(256)) * 40)
    return folder


def one_table(folder, text: str = "holder_id\n"):
    folder.mkdir()
    (folder / "account.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("make", "more"),
    [
        (lambda path: path / "absent", ()),
        (lambda path: path, ()),
        (lambda path: garbage(path / "g"), ()),
        (lambda path: one_table(path / "t"), ()),
        (lambda path: one_table(path / "f") / "account.csv", ()),
        (lambda path: one_table(path / "t"), ("--as-of", "yesterday")),
        (lambda path: one_table(path / "t"), ("--policy", "absent")),
        (lambda path: one_table(path / "t"), ("--model", "absent")),
    ],
    ids=["absent", "empty", "garbage", "headings", "file", "as-of", "policy", "model"],
)
def test_a_run_that_cannot_be_ends_with_2_and_the_reason(monkeypatch, capsys, tmp_path, make, more):
    monkeypatch.delenv("DUANKA_DEBUG", raising=False)
    monkeypatch.chdir(tmp_path)
    data = str(make(tmp_path))
    code, _, err = run_main(monkeypatch, capsys, "run", data, "--out", str(tmp_path / "o"), *more)
    assert code == 2
    assert "what to do" in err
    assert "sorry" not in err


@pytest.mark.parametrize("fmt", ["parquet", "csv"])
def test_a_run_ends_with_a_count_of_each_tier_and_the_place_of_the_report(tmp_path, capsys, fmt):
    score = pl.DataFrame(
        {
            "card_kind": ["account", "account", "sim"],
            "card_id": ["a", "b", "c"],
            "tier": ["normal", "high_risk", "suspicious"],
        }
    )
    rejects = pl.DataFrame({"table": ["transfer"], "fault": ["x"]})
    for name, frame in (("score", score), ("rejects", rejects)):
        getattr(frame, f"write_{fmt}")(tmp_path / f"{name}.{fmt}")
    (tmp_path / "report.html").write_text("<p>", encoding="utf-8")
    cli._show_run(tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["card_kind", "normal", "suspicious", "high_risk"]
    assert lines[1].split() == ["account", "1", "0", "1"]
    assert lines[2].split() == ["sim", "0", "1", "0"]
    assert lines[3].startswith("faults in the records 记录中的错误: 1")
    assert lines[4].endswith("report.html")


def test_nothing_is_said_of_tables_that_are_not_there(tmp_path, capsys):
    cli._show_run(tmp_path)
    assert capsys.readouterr().out == ""
