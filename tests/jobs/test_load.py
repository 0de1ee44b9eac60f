"""A folder of files becomes a lake."""

import gzip
import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.errors import BadInput
from duanka.jobs.load import find, load
from duanka.jobs.progress import Progress
from duanka.settings import Settings

HEAD = "transfer_id,at,payer_id,payee_id,amount_fen,channel\n"


def row(number, end=""):
    return f"T{number:05d},2021-10-11 09:{number % 60:02d}:00,A{number % 7},B{number % 5},{number + 1},mobile{end}"


def run(folder, into):
    return load(folder, into, settings=Settings(threads=1), say=Progress())


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def put(data):
    def write(name, text, encoding="utf-8"):
        (data / name).write_bytes(text if isinstance(text, bytes) else text.encode(encoding))

    return write


def counts(loaded):
    return {c.table: (c.read, c.kept, c.refused) for c in loaded.counts}


def test_one_percent_of_broken_rows_is_counted_to_the_row(put, data, tmp_path):
    draw = random.Random(1)
    spoil = [
        lambda i: row(i, ",extra"),
        lambda i: row(i).rsplit(",", 1)[0],
        lambda i: row(i, '"').replace(",A", ',"A', 1),
        lambda i: row(i).replace(",A", ",\0A", 1),
        lambda i: row(i).replace("2021-10-11 09", "yesterday 09"),
        lambda i: row(i).replace("mobile", "moble"),
        lambda i: row(max(i - 1, 0)),
        lambda i: row(i).replace(f",{i + 1},", ",0,"),
        lambda i: row(i).replace(",B", ",,B").replace(",mobile", ""),
    ]
    broken = set(draw.sample(range(2, 20_000), 200))
    # A row told again is only a duplicate if the earlier one stands.
    broken = {i for i in broken if i - 1 not in broken}
    lines = [spoil[i % len(spoil)](i) if i in broken else row(i) for i in range(20_000)]
    put("transfer.csv", HEAD + "\n".join(lines) + "\n")
    loaded = run(data, tmp_path / "lake")
    assert counts(loaded) == {"transfer": (20_000, 20_000 - len(broken), len(broken))}
    told = loaded.rejects.collect()
    assert set(told["line"]) == {i + 2 for i in broken}
    assert loaded.lake.count("transfer") == 20_000 - len(broken)
    assert told["fault"].n_unique() >= 8


FORMS = {
    "utf8": ("person.csv", "person_id,birth_year\nP1,1990\n甲,1991\n".encode()),
    "bom": ("person.csv", "person_id,birth_year\nP1,1990\n甲,1991\n".encode("utf-8-sig")),
    "gb18030": ("person.csv", "person_id,birth_year\nP1,1990\n甲,1991\n".encode("gb18030")),
    "crlf": ("person.csv", "person_id,birth_year\r\nP1,1990\r\n甲,1991\r\n".encode()),
    "gzip": ("person.csv.gz", gzip.compress("person_id,birth_year\nP1,1990\n甲,1991\n".encode())),
    "tabs": ("person.csv", "person_id\tbirth_year\nP1\t1990\n甲\t1991\n".encode()),
    "json": (
        "person.jsonl",
        '{"person_id":"P1","birth_year":1990}\n{"person_id":"甲","birth_year":"1991"}\n'.encode(),
    ),
    "heading again": (
        "person.csv",
        "person_id,birth_year\nP1,1990\nperson_id,birth_year\n甲,1991\n".encode(),
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_rows(form, put, data, tmp_path):
    put(*FORMS[form])
    loaded = run(data, tmp_path / "lake")
    rows = loaded.lake.scan("person", ["person_id", "birth_year"]).collect().rows()
    assert rows == [("P1", 1990), ("甲", 1991)]
    assert counts(loaded)["person"][2] == (1 if form == "heading again" else 0)


def test_parts_are_one_table_and_an_id_may_come_once(put, data, tmp_path):
    put("person-1.csv", "person_id\nP1\nP2\n")
    pl.DataFrame({"person_id": ["P2", "P3"]}).write_parquet(data / "person-2.parquet")
    put("person.part3.csv", "person_id\nP4\n")
    loaded = run(data, tmp_path / "lake")
    assert counts(loaded) == {"person": (5, 4, 1)}
    (told,) = loaded.rejects.collect().iter_rows(named=True)
    assert (told["file"], told["line"], told["fault"]) == ("person-2.parquet", 1, "duplicate")


def test_a_broken_file_does_not_spoil_the_others(put, data, tmp_path):
    put("transfer.csv", random.Random(2).randbytes(5_000))
    put("call.parquet", b"PAR1 and no more")
    put("sim.csv", "")
    put("label.csv", "card_kind,card_id,implicated,known_at,source\n")
    put("outlet.csv", "outlet_id,name\nO1,x\nO2,y\n")
    put("account.csv", "account_id,at,at\n")
    put("person.csv", "person_id\nP1\n")
    (data / "truth").mkdir()
    (data / "truth" / "role.csv").write_text("x")
    put("readme.txt", "x")
    loaded = run(data, tmp_path / "lake")
    assert loaded.lake.tables() == ("person", "label", "rejects")
    assert all(c.read == c.kept + c.refused for c in loaded.counts)
    assert counts(loaded)["outlet"] == (2, 0, 2)
    whole = loaded.rejects.filter(pl.col("line") == 0).collect()
    assert set(whole.select("file", "fault").iter_rows()) == {
        ("transfer.csv", "no_heading"),
        ("call.parquet", "unreadable"),
        ("sim.csv", "no_heading"),
        ("outlet.csv", "missing_column"),
        ("account.csv", "missing_column"),
    }
    notes = " ".join(en for _, en in loaded.notes)
    assert "readme.txt" in notes
    assert "Absent tables: institution" in notes
    assert "2 of 2 rows of outlet were refused" in notes


def test_a_repeated_column_refuses_the_file(put, data, tmp_path):
    put("staff.csv", "staff_id,outlet_id,staff_id\nW1,O1,W2\n")
    put("person.csv", "person_id\nP1\n")
    told = run(data, tmp_path / "lake").rejects.collect()
    assert told.select("file", "column", "fault").rows() == [
        ("staff.csv", "staff_id", "repeated_column")
    ]


def test_gzip_that_breaks_off_keeps_what_came_before(put, data, tmp_path):
    body = HEAD + "".join(row(i) + "\n" for i in random.Random(4).sample(range(90_000), 20_000))
    packed = gzip.compress(body.encode())
    put("transfer.csv.gz", packed[: len(packed) * 2 // 3])
    loaded = run(data, tmp_path / "lake")
    ((read, kept, refused),) = counts(loaded).values()
    assert kept > 5_000
    assert (read - kept, refused) == (1, 1)
    assert set(loaded.rejects.collect()["fault"]) == {"nul_byte", "truncated"}


def test_loading_again_replaces_and_gives_the_same(put, data, tmp_path):
    put("transfer.csv", HEAD + row(3) + "\n" + row(1) + "\nx\n")
    first = run(data, tmp_path / "lake")
    names = ["transfer_id", "at", "amount_fen", "seq"]
    rows = first.lake.scan("transfer", names).collect()
    again = run(data, tmp_path / "lake")
    assert again.lake.scan("transfer", names).collect().equals(rows)
    assert rows["transfer_id"].to_list() == ["T00001", "T00003"]
    assert again.rejects.collect().height == 1


def test_what_is_not_there_is_told(data, tmp_path, put):
    with pytest.raises(BadInput, match="there is no folder"):
        run(tmp_path / "gone", tmp_path / "lake")
    with pytest.raises(BadInput, match=r"no table was found(.|\n)*transfer\.csv"):
        run(data, tmp_path / "lake")
    put("person.csv", "person_id\n\n")
    with pytest.raises(BadInput, match="headings but no rows"):
        run(data, tmp_path / "lake")
    put("person.csv", "birth_year\n1990\n")
    with pytest.raises(BadInput, match=r"not one row(.|\n)*person\.csv: a required column"):
        run(data, tmp_path / "lake")


def test_one_table_in_two_forms_is_refused(put, data):
    put("person.csv", "person_id\nP1\n")
    put("person.jsonl", "{}\n")
    with pytest.raises(BadInput, match=r"person\.csv and person\.jsonl"):
        find(data)


def test_files_are_found_whatever_their_case(put, data):
    put("Person.CSV", "person_id\nP1\n")
    assert [(table, path.name) for table, path in find(data)] == [("person", "Person.CSV")]


WHOLE = HEAD + "".join(row(i) + "\n" for i in range(30))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 40), st.binary(max_size=12), st.booleans())
def test_whatever_happens_to_a_file_every_row_is_kept_or_told(
    tmp_path_factory, at, length, put_in, packed
):
    raw = WHOLE.encode()
    spoiled = raw[:at] + put_in + raw[at + length :]
    folder = tmp_path_factory.mktemp("data")
    (folder / "person.csv").write_text("person_id\nP1\n")
    name = "transfer.csv.gz" if packed else "transfer.csv"
    (folder / name).write_bytes(gzip.compress(spoiled)[: len(spoiled) - at] if packed else spoiled)
    loaded = run(folder, folder / "lake")
    told = loaded.rejects.collect()
    (count,) = [c for c in loaded.counts if c.table == "transfer"]
    assert count.read == count.kept + count.refused
    assert loaded.lake.count("transfer") == count.kept
    whole = not told.filter(pl.col("line") == 0).is_empty()
    lines = told.filter((pl.col("line") > 0) & (pl.col("table") == "transfer"))["line"].n_unique()
    assert whole or lines == count.refused
