"""The default lake."""

import threading
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from duanka.errors import BadInput
from duanka.settings import Settings
from duanka.store.duckdb_lake import DuckdbLake
from duanka.tables import empty, typed

NINE = datetime(2021, 10, 11, 1, tzinfo=UTC)


def calls(*minutes, start=0):
    return typed(
        "call",
        pl.DataFrame(
            {
                "call_id": [f"L{start + i}" for i in range(len(minutes))],
                "at": [NINE + timedelta(minutes=m) for m in minutes],
                "caller_id": ["S1"] * len(minutes),
                "callee_id": ["S2"] * len(minutes),
                "duration_s": [0] * len(minutes),
            }
        ),
    )


@pytest.fixture
def lake(tmp_path):
    return DuckdbLake(tmp_path / "lake", Settings(threads=1))


def test_rows_come_by_time_and_ties_by_arrival(lake):
    lake.append("call", calls(5, 1))
    lake.append("call", calls(1, 0, start=2))
    assert lake.scan("call", ["call_id", "seq"]).collect().rows() == [
        ("L3", 3),
        ("L1", 1),
        ("L2", 2),
        ("L0", 0),
    ]
    assert lake.count("call") == 4


def test_bounds_include_the_first_instant_and_not_the_last(lake):
    lake.append("call", calls(0, 1, 2))
    minute = timedelta(minutes=1)
    within = lake.scan("call", ["call_id"], since=NINE + minute, before=NINE + 2 * minute)
    assert within.collect()["call_id"].to_list() == ["L1"]


def test_a_scan_names_its_columns(lake):
    with pytest.raises(BadInput, match="no column"):
        lake.scan("call", [])
    with pytest.raises(BadInput, match="nonsense"):
        lake.scan("call", ["nonsense"])


def test_words_lists_and_instants_come_back_as_they_were(lake):
    row = {
        "card_kind": ["sim"],
        "card_id": ["S1"],
        "as_of": [NINE],
        "score": [0.5],
        "tier": ["high_risk"],
        "measure": ["suspend"],
        "reasons": [["a", "b"]],
        "model_version": ["m"],
        "policy_version": ["p"],
    }
    rows = typed("score", pl.DataFrame(row))
    lake.append("score", rows)
    assert lake.scan("score", rows.columns).collect().equals(rows)


def test_an_absent_table_is_empty_and_an_empty_one_is_there(lake):
    assert lake.tables() == ()
    assert lake.scan("call", ["call_id"]).collect().is_empty()
    lake.append("call", empty("call"))
    assert lake.tables() == ("call",)
    lake.append("call", calls(1))
    assert lake.count("call") == 1


def test_sql_sees_all_tables_and_a_bad_question_is_told(lake):
    lake.append("call", calls(1, 2))
    lake.append("person", typed("person", pl.DataFrame({"person_id": ["P1"]})))
    answer = lake.sql(
        "SELECT count(*) AS n, min(\"at\") AS first FROM call, person WHERE caller_id = 'S1'"
    )
    assert answer.rows() == [(2, NINE + timedelta(minutes=1))]
    with pytest.raises(BadInput, match="cannot be answered") as error:
        lake.sql("SELECT nothing FROM nowhere")
    assert "call" in error.value.fix


def test_a_lake_opened_again_goes_on_where_it_stood(tmp_path):
    DuckdbLake(tmp_path, Settings()).append("call", calls(1, 2))
    again = DuckdbLake(tmp_path, Settings())
    again.append("call", calls(0, start=2))
    assert again.scan("call", ["seq"]).collect()["seq"].to_list() == [2, 0, 1]


def test_a_dropped_table_begins_anew(lake):
    lake.append("call", calls(1, 2))
    lake.drop("call")
    assert lake.tables() == ()
    lake.append("call", calls(3))
    assert lake.scan("call", ["seq"]).collect()["seq"].to_list() == [0]


def test_a_part_is_there_whole_or_not_at_all(lake, tmp_path, monkeypatch):
    def broken(*args, **more):
        raise OSError

    monkeypatch.setattr("os.replace", broken)
    with pytest.raises(OSError):
        lake.append("call", calls(1))
    assert DuckdbLake(tmp_path / "lake", Settings()).tables() == ()


def test_a_folder_that_cannot_be_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadInput, match="cannot keep a lake"):
        DuckdbLake(tmp_path / "file", Settings())


def test_two_may_read_at_once(lake):
    lake.append("call", calls(*range(50)))
    heights = []

    def read():
        heights.append(lake.scan("call", ["call_id"]).collect().height)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert heights == [50] * 4
