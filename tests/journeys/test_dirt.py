"""What users really hand over: nothing, garbage, broken files, broken rows. A word or a result, never a traceback."""

import random
import shutil

import polars as pl
import pytest

from shell import duanka, fine, refused

HEAD = "transfer_id,at,payer_id,payee_id,amount_fen,channel"


def line(number):
    day, minute = 1 + number // 1_440 % 28, number % 1_440
    at = f"2026-05-{day:02d} {minute // 60:02d}:{minute % 60:02d}:00"
    return f"T{number:06d},{at},甲{number % 97},乙{(number * 7 + 1) % 89},{100 + number},mobile"


def folder_of(tmp_path, **files):
    folder = tmp_path / "data"
    folder.mkdir()
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return folder


def random_bytes(seed, size=20_000):
    return random.Random(seed).randbytes(size)


def test_an_empty_folder_says_which_files_were_looked_for(tmp_path):
    said = refused(duanka("run", folder_of(tmp_path), "--out", tmp_path / "out"))
    assert "transfer.csv" in said.err


def test_a_missing_folder_and_a_file_in_its_place(tmp_path):
    refused(duanka("run", tmp_path / "absent", "--out", tmp_path / "out"))
    (tmp_path / "file").write_text("x")
    refused(duanka("run", tmp_path / "file", "--out", tmp_path / "out"))


@pytest.mark.parametrize("seed", range(3))
def test_a_folder_of_garbage(tmp_path, seed):
    data = folder_of(
        tmp_path,
        transfer__csv=random_bytes(seed),
        call__parquet=random_bytes(seed + 10),
        sim__jsonl=random_bytes(seed + 20),
        label__csv__gz=random_bytes(seed + 30),
        account__xlsx=b"PK\x03\x04" + random_bytes(seed + 40),
        message__csv=b"\n" * 500,
        device_use__parquet=b"PAR1" + random_bytes(seed + 50) + b"PAR1",
    )
    refused(duanka("run", data, "--out", tmp_path / "out"))


def test_one_good_table_among_garbage_is_judged_and_the_rest_is_told(tmp_path):
    data = folder_of(
        tmp_path,
        transfer__csv="\n".join([HEAD, *map(line, range(500))]).encode(),
        call__parquet=random_bytes(1),
        label__csv=b"",
    )
    fine(duanka("run", data, "--out", tmp_path / "out"))
    rejects = pl.read_parquet(tmp_path / "out" / "rejects.parquet")
    assert {"call", "label"} <= set(rejects["table"])
    assert pl.read_parquet(tmp_path / "out" / "score.parquet").height == 97 + 89


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_truncated_parquet_is_told(tmp_path, town_folder, share):
    data = tmp_path / "data"
    data.mkdir()
    whole = (town_folder / "transfer.parquet").read_bytes()
    (data / "transfer.parquet").write_bytes(whole[: int(len(whole) * share)])
    said = refused(duanka("run", data, "--out", tmp_path / "out"))
    assert "transfer.parquet" in said.err
    shutil.copy(town_folder / "account.parquet", data)
    fine(duanka("run", data, "--out", tmp_path / "out"))
    rejects = pl.read_parquet(tmp_path / "out" / "rejects.parquet")
    assert set(rejects["file"]) == {"transfer.parquet"}


SPOILT = (
    lambda row: row + ",more",
    lambda row: row.rsplit(",", 1)[0],
    lambda row: row.replace("2026-05", "May 2026"),
    lambda row: row.replace(",mobile", ",pigeon"),
    lambda row: ",".join([*row.split(",")[:2], "", *row.split(",")[3:]]),
    lambda row: ",".join([*row.split(",")[:4], "-1", "mobile"]),
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_one_row_in_a_hundred_broken_is_counted_to_the_row(tmp_path, encoding):
    total, draw = 12_000, random.Random(7)
    broken = set(draw.sample(range(total), total // 100))
    rows = [draw.choice(SPOILT)(line(n)) if n in broken else line(n) for n in range(total)]
    data = folder_of(tmp_path, transfer__csv="\n".join([HEAD, *rows, ""]).encode(encoding))
    said = fine(duanka("run", data, "--out", tmp_path / "out"))
    rejects = pl.read_parquet(tmp_path / "out" / "rejects.parquet")
    assert set(rejects["line"]) == {n + 2 for n in broken}
    assert f"{rejects.height:,}" in said.out
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert f"{len(broken)} of {total} rows of transfer were refused" in page
    # what was kept was judged: exactly the cards that the good rows name
    good = [line(n).split(",") for n in range(total) if n not in broken]
    last = max(row[1] for row in good)
    met = {card for row in good if row[1] < last for card in row[2:4]}
    score = pl.read_parquet(tmp_path / "out" / "score.parquet")
    assert set(score["card_id"]) == met


@pytest.mark.parametrize("instant", ["yesterday", "2026-99-99", "", "0001-01-01", "1900-01-01"])
def test_an_instant_that_is_none_or_lies_before_everything(tmp_path, instant):
    data = folder_of(tmp_path, transfer__csv="\n".join([HEAD, *map(line, range(20))]).encode())
    said = duanka("run", data, "--out", tmp_path / "out", f"--as-of={instant}")
    assert "--as-of" in refused(said).err


@pytest.mark.parametrize("instant", ["2026-06-30", "2099-12-31T23:59:59Z", "9999-12-31"])
def test_an_instant_long_after_everything_is_taken(tmp_path, instant):
    data = folder_of(tmp_path, transfer__csv="\n".join([HEAD, *map(line, range(20))]).encode())
    fine(duanka("run", data, "--out", tmp_path / "out", "--as-of", instant))


@pytest.mark.parametrize("instant", ["2017-03-01", "2020-01-01", "2016-06-01", "2012-01-01"])
def test_old_records_are_judged_by_the_rules_of_their_day_or_refused(tmp_path, instant):
    year = instant[:4]
    rows = [line(n).replace("2026-05", f"{int(year) - 1}-05") for n in range(200)]
    data = folder_of(tmp_path, transfer__csv="\n".join([HEAD, *rows]).encode())
    said = duanka("run", data, "--out", tmp_path / "out", "--as-of", instant)
    if said.code:
        assert "policy" in refused(said).err.lower()
    else:
        fine(said)


def test_hostile_names_stay_names(tmp_path):
    evil = ["<script>alert(1)</script>", "=cmd()", "甲" * 60, "a;b", "NULL"]
    rows = [
        f"T{n:04d},2026-05-{1 + n % 28:02d} 10:00:00,{evil[n % 5]},{evil[(n + 1) % 5]},100,mobile"
        for n in range(100)
    ]
    data = folder_of(tmp_path, transfer__csv="\n".join([HEAD, *rows]).encode())
    fine(duanka("run", data, "--out", tmp_path / "out"))
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page


def test_an_output_that_cannot_be_written_is_told(tmp_path):
    data = folder_of(tmp_path, transfer__csv="\n".join([HEAD, *map(line, range(20))]).encode())
    (tmp_path / "taken").write_text("a file")
    refused(duanka("run", data, "--out", tmp_path / "taken"))
    refused(duanka("run", data, "--out", tmp_path / "taken" / "below"))


def test_a_model_that_is_none_or_does_not_fit(tmp_path):
    data = folder_of(tmp_path, transfer__csv="\n".join([HEAD, *map(line, range(50))]).encode())
    out = tmp_path / "out"
    refused(duanka("run", data, "--out", out, "--model", tmp_path / "absent"))
    (tmp_path / "model" / "account").mkdir(parents=True)
    refused(duanka("run", data, "--out", out, "--model", tmp_path / "model"))
    (tmp_path / "model" / "account" / "model.json").write_bytes(random_bytes(3))
    refused(duanka("run", data, "--out", out, "--model", tmp_path / "model"))


def test_broken_settings_are_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "duanka.toml").write_text("threads = [", encoding="utf-8")
    assert "duanka.toml" in refused(duanka("run", tmp_path, "--out", tmp_path / "out")).err


def test_a_table_of_one_row(tmp_path):
    data = folder_of(tmp_path, transfer__csv="\n".join([HEAD, line(1)]).encode())
    said = duanka("run", data, "--out", tmp_path / "out")
    assert "--as-of" in refused(said).err, "its only event is the instant and not known before it"
    fine(duanka("run", data, "--out", tmp_path / "out", "--as-of", "2026-06-01"))
