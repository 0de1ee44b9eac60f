"""Every fault of every row."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.tables import schema
from duanka.tables.batch import LINE, Fault
from duanka.tables.check import FAULTS, check, reject, rejects_of
from duanka.tables.seen import Seen


def transfers(**columns):
    height = len(next(iter(columns.values())))
    base = {
        "transfer_id": [f"T{i}" for i in range(height)],
        "at": ["2021-10-11 09:00:00"] * height,
        "payer_id": ["A1"] * height,
        "payee_id": ["A2"] * height,
        "amount_fen": ["100"] * height,
    }
    return pl.DataFrame({**base, **columns})


cell = st.sampled_from(["", " ", "x", "1", "-1", "0", "sim", "2021-10-11 09:00:00", "T1", "9" * 70])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[cell] * 6), min_size=1, max_size=20))
def test_no_row_is_lost_and_good_rows_fit_the_schema(rows):
    names = ["transfer_id", "at", "payer_id", "payee_id", "amount_fen", "channel"]
    batch = pl.DataFrame(rows, schema=names, orient="row")
    checked = check(batch, "transfer", seen=Seen())
    assert checked.rows.height + checked.refused == batch.height
    assert checked.rejects["line"].n_unique() == checked.refused
    assert set(checked.rejects["fault"]) <= set(FAULTS)
    schema("transfer").validate(checked.rows)
    schema("rejects").validate(checked.rejects)


def test_lines_are_those_of_the_file_and_values_are_masked():
    batch = transfers(payee_id=["A2", "6" * 70]).with_columns(pl.Series(LINE, [7, 9]))
    checked = check(batch, "transfer", file="march.csv")
    (row,) = checked.rejects.iter_rows(named=True)
    assert (row["file"], row["line"], row["fault"]) == ("march.csv", 9, "too_long")
    assert row["value"].strip("*") == "6666"[:2] + "*" * 60 + "66" or "*" in row["value"]
    assert "666" not in row["value"]


def test_the_later_of_two_rows_with_one_id_is_refused_across_batches():
    seen = Seen()
    first = check(transfers(transfer_id=["a", "b", "a"]), "transfer", seen=seen)
    second = check(transfers(transfer_id=["c", "b"]), "transfer", seen=seen)
    assert first.rejects.select("line", "fault").rows() == [(3, "duplicate")]
    assert second.rejects.select("line", "fault").rows() == [(2, "duplicate")]


def test_of_rows_without_an_id_the_whole_row_again_is_refused_across_batches_and_forms():
    seen = Seen()
    text = pl.DataFrame(
        {
            "card_kind": ["sim", "sim", "sim"],
            "card_id": ["s1", "s1", "s1"],
            "implicated": ["1", "true", "0"],
            "known_at": ["2026-01-02T00:00:00Z"] * 3,
            "source": ["police"] * 3,
        }
    )
    first = check(text, "label", seen=seen)
    assert first.rejects.select("line", "fault").rows() == [(2, "repeated_row")]
    assert first.rows.height == 2
    told = check(text.with_columns(role=pl.lit(None, dtype=pl.String)), "label", seen=seen)
    assert told.refused == 3
    other = text.with_columns(role=pl.lit("mule"))
    assert check(other, "label", seen=seen).rows.height == 2


def test_an_object_where_an_id_should_be_is_refused():
    checked = check(transfers(payer_id=['{"a": "1"}', "a"]), "transfer")
    assert checked.rejects.select("line", "column", "fault").rows() == [(1, "payer_id", "bad_id")]


def test_a_refused_row_does_not_use_its_id_up():
    batch = transfers(transfer_id=["a", "a"], amount_fen=["0", "5"])
    checked = check(batch, "transfer", seen=Seen())
    assert checked.rows["amount_fen"].to_list() == [5]
    assert checked.rejects["fault"].to_list() == ["too_small"]


def test_a_missing_required_column_refuses_the_file_in_one_line():
    checked = check(transfers(payer_id=["A1"] * 3).drop("payer_id"), "transfer", file="t.csv")
    assert checked.refused == 3
    assert not checked.taken
    assert checked.rejects.select("line", "column", "fault").rows() == [
        (0, "payer_id", "missing_column")
    ]


def test_unknown_columns_are_noted_and_repeated_ones_refuse_the_file():
    assert check(transfers(note=["x"]), "transfer").extra == ("note",)
    twice = check(transfers(**{"at#7": ["2021-10-11 09:00:00"]}), "transfer")
    assert twice.rejects["fault"].to_list() == ["repeated_column"]
    assert not twice.taken


def test_headings_in_the_middle_of_a_file_are_one_fault():
    batch = transfers(transfer_id=["a", "transfer_id"])
    batch[1, "at"], batch[1, "payer_id"] = "at", "payer_id"
    batch[1, "payee_id"], batch[1, "amount_fen"] = "payee_id", "amount_fen"
    checked = check(batch, "transfer")
    assert checked.rejects["fault"].to_list() == ["repeated_heading"]
    assert checked.rows.height == 1


def test_instants_outside_living_memory_are_told():
    checked = check(transfers(at=["0021-10-11 09:00:00"]), "transfer")
    assert checked.rejects["fault"].to_list() == ["out_of_range"]


@pytest.mark.parametrize("table", ["transfer", "staff"])
def test_a_batch_without_rows_has_no_faults(table):
    columns = list(schema(table).columns())
    checked = check(pl.DataFrame(schema=dict.fromkeys(columns, pl.String)), table)
    assert checked.rows.is_empty()
    assert checked.refused == 0


def test_broken_lines_become_rejects():
    told = rejects_of([Fault(3, "too_few_fields", value="4 / 5")], "call", "c.csv")
    assert told.rows() == [("call", "c.csv", 3, None, "too_few_fields", "4 / 5")]
    assert rejects_of([], "call", "c.csv").schema == reject("", "", "").schema
