import typer
from typer.testing import CliRunner

from duanka.verbs import governance
from published import HIGHER, data


def asked(monkeypatch, *words):
    monkeypatch.setenv("DUANKA_THREADS", "1")
    app = typer.Typer()
    governance.add(app)
    return CliRunner().invoke(app, [str(word) for word in words])


def test_publish_says_where_the_month_stands_and_that_it_stood_there(tmp_path, monkeypatch):
    done = asked(monkeypatch, "publish", data(), "--period", "2025-10", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert "frozen" in done.output
    assert (tmp_path / "2025-10" / "manifest.json").exists()
    again = asked(monkeypatch, "publish", data(), "--period", "2025-10", "--out", tmp_path)
    assert "same bytes" in again.output
    later = asked(
        monkeypatch,
        "publish",
        data(),
        "--period",
        "2025-10",
        "--out",
        tmp_path,
        "--as-of",
        "2025-10-25",
    )
    assert "2025-10.r2" in later.output


def test_what_if_prints_who_would_move(tmp_path, monkeypatch):
    (tmp_path / "higher.yaml").write_text(HIGHER, encoding="utf-8")
    done = asked(
        monkeypatch, "what-if", data(), "--period", "2025-10", "--other", tmp_path, "--draws", "1"
    )
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[-1].endswith("units differ 个单位不同")
    units = [
        line for line in lines if line.startswith(("outlet ", "institution ", "region ", "staff "))
    ]
    assert int(lines[-1].split()[0]) == len(units) > 0
    assert any("by chance alone" in line for line in lines)
