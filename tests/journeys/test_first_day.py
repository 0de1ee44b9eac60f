"""A newcomer's first day: make a town, judge it, look at the page, hold it against the truth."""

import os
import re
import subprocess
import sys

import polars as pl
import pytest

from duanka import tables
from shell import duanka, fine, refused


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    folder = tmp_path_factory.mktemp("day")
    data, out = folder / "town", folder / "out"
    fine(duanka("simulate", "--out", data, "--people", 1500, "--days", 45, "--seed", 3))
    return data, out, fine(duanka("run", data, "--out", out))


def test_the_run_says_how_many_cards_stand_where_and_where_to_look(day):
    _, out, said = day
    score = pl.read_parquet(out / "score.parquet")
    for kind in ("account", "sim"):
        line = re.search(rf"^{kind} +([\d, ]+)$", said.out, re.MULTILINE)
        counts = [int(n) for n in line[1].replace(",", "").split()]
        assert sum(counts) == score.filter(pl.col("card_kind") == kind).height
    assert str(out / "report.html") in said.out


def test_all_tables_and_a_page_in_both_languages_are_there(day):
    _, out, _ = day
    names = {path.name for path in out.iterdir()}
    assert names == {f"{name}.parquet" for name in tables.OUTPUTS} | {"report.html", "drift.json"}
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "高危" in page
    assert "high risk" in page.lower()
    assert not re.search(r"(src|href)=[\"']https?:", page)


def test_a_town_without_enough_labels_is_judged_by_the_default_model_and_told_so(day):
    _, out, _ = day
    assert "simulated towns" in (out / "report.html").read_text(encoding="utf-8")


def test_the_run_is_held_against_the_truth_or_against_later_labels(day, tmp_path):
    data, out, _ = day
    said = fine(duanka("evaluate", out, "--truth", data / "truth"))
    assert re.search(r"^account$", said.out, re.MULTILINE)
    assert "average_precision" in said.out or "average precision" in said.out + said.err
    assert duanka("evaluate", out, "--truth", data).out.startswith(said.out[:40])
    early = tmp_path / "early"
    instant = pl.read_parquet(data / "label.parquet")["known_at"].quantile(0.4)
    fine(duanka("run", data, "--out", early, "--as-of", instant.isoformat()))
    said = duanka("evaluate", early, "--truth", data / "label.parquet")
    fine(said) if said.code == 0 else refused(said)


def test_a_run_held_against_nothing_is_refused(day, tmp_path):
    _, out, _ = day
    refused(duanka("evaluate", out, "--truth", tmp_path))
    refused(duanka("evaluate", tmp_path, "--truth", tmp_path))
    refused(duanka("evaluate", out, "--truth", tmp_path / "absent.csv"))


def test_the_command_itself_ends_as_it_says(tmp_path):
    """Once in a process of its own, where nothing catches what `main` lets through."""
    data = tmp_path / "hamlet"
    fine(duanka("simulate", "--out", data, "--people", 300, "--days", 21))
    command = [sys.executable, "-m", "duanka.cli", "run", str(data), "--out", str(tmp_path / "o")]
    environ = {name: text for name, text in os.environ.items() if not name.startswith("DUANKA_")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr
    absent = [*command[:4], str(tmp_path / "absent"), *command[5:]]
    done = subprocess.run(absent, capture_output=True, text=True, check=False, env=environ)
    assert done.returncode == 2
    assert done.stderr.startswith("BadInput")


def test_too_few_labels_to_train_on_is_told_with_the_count(day, tmp_path):
    data, _, _ = day
    said = refused(duanka("train", data, "--out", tmp_path / "m", "--as-of", "2026-05-12"))
    assert "too few cards" in said.err
    assert "account:" in said.err
    assert list(tmp_path.iterdir()) == []
