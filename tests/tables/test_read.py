"""Files of every form as batches."""

import gzip
import json
from datetime import datetime

import polars as pl
import pytest
import xlsxwriter

from duanka.errors import BadInput
from duanka.tables import read
from duanka.tables.batch import LINE

CSV = "编号,at\nT1,2021-10-11\nT2,2021-10-12\n"


def rows(path, **more):
    return [row for batch in read.batches(path, **more) for row in batch.rows.rows()]


def faults(path):
    return [(f.line, f.fault) for batch in read.batches(path) for f in batch.faults]


@pytest.fixture
def put(tmp_path):
    def write(name, raw):
        path = tmp_path / name
        path.write_bytes(raw)
        return path

    return write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_of_every_encoding_and_line_end(put, encoding, end):
    path = put("t.csv", CSV.replace("\n", end).encode(encoding))
    assert rows(path) == [("T1", "2021-10-11", 2), ("T2", "2021-10-12", 3)]


def test_gzip_whatever_its_name_and_however_many_members(put):
    raw = CSV.encode()
    half = raw.index(b"T2")
    packed = gzip.compress(raw[:half]) + gzip.compress(raw[half:])
    assert rows(put("t.csv.gz", packed)) == rows(put("t.csv", packed)) == rows(put("u.csv", raw))


def test_gzip_that_breaks_off_gives_what_came_before_and_never_half_a_line(put):
    import random

    draw = random.Random(1)
    body = "".join(f"T{i},{draw.random()}\n" for i in range(20_000))
    packed = gzip.compress(f"id,x\n{body}".encode())
    path = put("t.csv.gz", packed[: len(packed) // 2])
    got = rows(path)
    assert 5_000 < len(got) < 15_000
    assert all(f"{one},{x}\n" in body for one, x, _ in got[-3:])
    assert faults(path) == [(len(got) + 2, "nul_byte"), (0, "truncated")]


def test_many_blocks_count_lines_through(put, monkeypatch):
    monkeypatch.setattr(read, "_BLOCK", 64)
    body = "".join(f'T{i},"a\nb"\n' if i % 5 == 0 else f"T{i},c\n" for i in range(200))
    got = rows(put("t.csv", f"id,x\n{body}".encode()))
    assert [row[0] for row in got] == [f"T{i}" for i in range(200)]
    line = 2
    for i, row in enumerate(got):
        assert row[2] == line
        line += 2 if i % 5 == 0 else 1


def test_json_lines_keep_the_digits_they_are_written_with(put):
    objects = ['{"id": 12345678901234567890, "x": 0.10}', "", '{"id": "a", "y": true}', "[1]", "{"]
    path = put("t.jsonl", "\n".join(objects).encode())
    rows_of = pl.concat([b.rows for b in read.batches(path)], how="diagonal")
    assert rows_of.select("id", "x", "y", LINE).rows() == [
        ("12345678901234567890", "0.10", None, 1),
        ("a", None, "true", 3),
    ]
    assert faults(path) == [(4, "bad_json"), (5, "bad_json")]


def test_json_that_nests_is_text_and_one_that_nests_too_deep_is_a_fault(put):
    deep = "[" * 100_000 + "]" * 100_000
    path = put("t.jsonl", f'{{"id": {json.dumps([1, "二"])}}}\n{{"id": {deep}}}\n'.encode())
    (batch,) = read.batches(path)
    assert batch.rows["id"].to_list() == ['["1", "二"]']
    assert faults(path) == [(2, "bad_json")]


def test_parquet_keeps_its_types(put, tmp_path):
    path = tmp_path / "t.parquet"
    at = datetime(2021, 10, 11, 9, 0)  # noqa: DTZ001 - a naive instant is the case
    pl.DataFrame({"id": [1, 2], "at": [at, None]}).write_parquet(path)
    assert rows(path) == [(1, at, 1), (2, None, 2)]
    raw = path.read_bytes()
    assert faults(put("u.parquet", raw[: len(raw) // 2])) == [(0, "unreadable")]
    assert faults(put("v.parquet", b"")) == [(0, "unreadable")]


def test_parquet_spoiled_inside_gives_its_good_batches(put, tmp_path):
    path = tmp_path / "t.parquet"
    numbers = pl.int_range(600_000, eager=True) * 7919 % 600_011
    frame = pl.DataFrame({"x": numbers.cast(pl.String)})
    frame.write_parquet(path, row_group_size=200_000, compression="zstd")
    raw = bytearray(path.read_bytes())
    spot = int(len(raw) * 0.9)
    raw[spot : spot + 9000] = b"\xff" * 9000
    spoiled = put("u.parquet", bytes(raw))
    got = rows(spoiled)
    assert len(got) in {200_000, 400_000}
    assert [fault for _, fault in faults(spoiled)] == ["truncated"]


def test_workbooks_read_as_text_with_row_numbers(tmp_path):
    path = tmp_path / "t.xlsx"
    book = xlsxwriter.Workbook(path)
    for name in ("甲", "乙"):
        sheet = book.add_worksheet(name)
        for number, row in enumerate([["id", "x"], ["0012", 5], [], [name, 1.5]]):
            sheet.write_row(number, 0, row)
    book.close()
    assert read.sheets(path) == ["甲", "乙"]
    assert rows(path) == [("0012", "5", 2), ("甲", "1.5", 4)]
    assert rows(path, sheet="乙")[-1] == ("乙", "1.5", 4)


def test_a_file_that_is_something_else_is_a_fault_and_one_that_is_not_there_an_error(put, tmp_path):
    assert faults(put("t.xlsx", b"PK\x03\x04 no zip")) == [(0, "unreadable")]
    assert list(read.batches(put("t.csv", b""))) == []
    assert read.sheets(put("u.csv", b"a,b\n")) == []
    with pytest.raises(BadInput, match=r"cannot read gone\.csv"):
        list(read.batches(tmp_path / "gone.csv"))


def test_noise_is_read_without_an_error(put):
    import random

    noise = random.Random(3).randbytes(200_000)
    batches = list(read.batches(put("t.csv", noise)))
    assert sum(len(batch.faults) for batch in batches) > 0


def test_long_numbers_that_a_workbook_rounded_do_not_pass_for_ids(tmp_path):
    path = tmp_path / "t.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    rounded = [620000000000000123, 6200000000000001234, 990101197001010011]
    for row, number in enumerate(rounded, start=1):
        # Excel keeps 15 digits of what is typed as a number.
        sheet.write_number(row, 0, float(f"{number:.15g}"))
        sheet.write_string(row, 1, str(number))
    sheet.write_row(0, 0, ["typed", "text"])
    book.close()
    (batch,) = read.batches(path)
    assert batch.rows["text"].to_list() == [str(number) for number in rounded]
    assert batch.rows["typed"].str.contains("E+", literal=True).all()
