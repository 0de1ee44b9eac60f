"""Files of foreign layouts, imported and judged as a user would."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from shell import duanka, fine, refused

FIXTURES = Path(__file__).parents[1] / "fixtures" / "layouts"
SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.parametrize("layout", sorted(path.name for path in FIXTURES.iterdir()))
def test_a_small_file_of_each_layout_is_imported_and_judged(layout, tmp_path, monkeypatch):
    files = sorted((FIXTURES / layout).iterdir())
    toml = tmp_path / "duanka.toml"
    toml.write_text('digest_key = "a test key"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    fine(duanka("import", layout, *files, "--out", tmp_path / "data"))
    said = duanka("run", tmp_path / "data", "--out", tmp_path / "out", "--as-of", "2030-01-01")
    fine(said)
    assert pl.read_parquet(tmp_path / "out" / "score.parquet").height


def part_of(name, folder, most):
    """The first transfers of a public set, with its other files whole; skips where it is absent."""
    found = SHARED / name
    if not found.is_dir():
        pytest.skip(f"the public data set {name} is not here: ../shared/data is absent")
    folder.mkdir()
    for path in found.glob("*.parquet"):
        shutil.copy(path, folder)
    transfers = folder / "transfers.parquet"
    pl.scan_parquet(transfers).sort("ts").head(most).collect().write_parquet(
        folder / "part.parquet"
    )
    (folder / "part.parquet").replace(transfers)
    return sorted(folder.glob("*.parquet"))


@pytest.mark.parametrize(
    ("name", "layout"), [("amlgentex_a25k", "amlgentex"), ("amlsim_10Kd", "amlsim")]
)
def test_a_public_set_is_imported_and_judged(name, layout, tmp_path):
    files = part_of(name, tmp_path / "raw", 60_000)
    fine(duanka("import", layout, *files, "--out", tmp_path / "data"))
    said = fine(duanka("run", tmp_path / "data", "--out", tmp_path / "out"))
    assert "account" in said.out
    score = pl.read_parquet(tmp_path / "out" / "score.parquet")
    accounts = next(p for p in files if p.name == "accounts.parquet")
    assert score.height == pl.read_parquet(accounts).height
    # the labels became known at the end, so none was known to the run, and all may be held against it
    labels = sorted((tmp_path / "data").glob("label*.parquet"))
    fine(duanka("evaluate", tmp_path / "out", "--truth", labels[0]))


@pytest.mark.parametrize("name", ["amlgentex_a25k", "amlsim_10Kd", "amlworld_patterns", ""])
def test_a_public_set_as_it_lies_there_is_refused_with_the_way_to_import_it(name, tmp_path):
    if not SHARED.is_dir():
        pytest.skip("the public data sets are not here: ../shared/data is absent")
    said = refused(duanka("run", SHARED / name, "--out", tmp_path / "out"))
    assert "duanka import" in said.err


def test_files_of_another_layout_are_refused(tmp_path):
    files = sorted((FIXTURES / "sichuan_calls").iterdir())
    refused(duanka("import", "pacs008", *files, "--out", tmp_path / "data"))
    refused(duanka("import", "nobody_knows", *files, "--out", tmp_path / "data"))
    refused(duanka("import", "amlsim", tmp_path / "absent.csv", "--out", tmp_path / "data"))
