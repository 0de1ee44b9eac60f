import hashlib
import json
import zipfile

import polars as pl

from duanka.jobs.pictures.bundle import frame_csv, write_bundle
from duanka.jobs.pictures.view import View
from jobs.pictures.test_draw import picture


def view():
    return View(
        "t",
        ["tree"],
        ["table"],
        picture(),
        {"成员": "2"},
        {"rows": pl.DataFrame({"a": [1], "b": [["x", "y"]]})},
    )


def test_every_file_is_in_the_manifest_by_its_digest(tmp_path):
    told = write_bundle(tmp_path / "b.zip", view(), about={"purpose": "核查"})
    with zipfile.ZipFile(tmp_path / "b.zip") as bundle:
        files = {name: bundle.read(name) for name in bundle.namelist()}
    manifest = json.loads(files["manifest.json"])
    assert manifest["about"] == {"purpose": "核查"}
    assert set(files) == {*manifest["sha256"], "manifest.json"} == set(told)
    for name, data in files.items():
        assert told[name] == hashlib.sha256(data).hexdigest()


def test_the_same_evidence_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_bundle(tmp_path / name, view(), about={})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_rows_are_csv_that_a_spreadsheet_opens():
    text = frame_csv(view().tables["rows"]).decode("utf-8-sig")
    assert text.splitlines() == ["a,b", "1,x;y"]
