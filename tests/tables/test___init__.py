"""The contract as a whole."""

import re
from datetime import UTC, datetime

import polars as pl
import pytest

from duanka.errors import BadInput
from duanka.tables import INPUTS, OUTPUTS, PRIMARY, columns, empty, schema, time_of, typed
from duanka.tables.check import check

UNITS = {
    "_fen": "fen",
    "_at": "at",
    "_on": "on",
    "_s": "s",
    "_id": "id",
}


@pytest.mark.parametrize("name", INPUTS | OUTPUTS)
def test_an_empty_table_is_a_table(name):
    none = empty(name)
    schema(name).validate(none)
    assert typed(name, none).equals(none)
    assert [c.name for c in columns(name)] == none.columns


@pytest.mark.parametrize("name", INPUTS)
def test_a_good_row_is_taken_and_fits_the_schema(name, good):
    checked = check(pl.DataFrame([good(name)]), name)
    assert checked.rejects.is_empty()
    schema(name).validate(checked.rows)
    assert checked.rows.schema == empty(name).schema


@pytest.mark.parametrize("name", INPUTS | OUTPUTS)
def test_names_carry_their_units_and_have_both_labels(name):
    for info in columns(name):
        assert re.search(r"[\u4e00-\u9fff]", info.zh), info
        assert info.en.isascii(), info
        for ending, kind in UNITS.items():
            if info.name.endswith(ending):
                assert info.kind == kind, info


def test_an_absent_optional_column_reads_as_null_and_an_absent_required_one_is_told():
    rows = pl.DataFrame({"person_id": ["P1"]})
    assert typed("person", rows)["birth_year"].to_list() == [None]
    with pytest.raises(BadInput, match="person_id"):
        typed("person", pl.DataFrame({"birth_year": [1990]}))


def test_an_unknown_table_is_told_with_those_that_are_known():
    with pytest.raises(BadInput, match=r"(?s)transfers.*transfer, call"):
        columns("transfers")


def test_times_and_ids():
    assert time_of("lead") == "issued_at"
    assert time_of("account") == "opened_at"
    assert time_of("institution") is None
    assert PRIMARY["transfer"] == ("transfer_id",)
    assert PRIMARY["label"] == ()


def test_instants_stay_what_they_are():
    at = datetime(2021, 10, 11, 1, tzinfo=UTC)
    row = {"at": [at], "card_kind": ["sim"], "card_id": ["S1"], "device_id": ["D1"]}
    assert typed("device_use", pl.DataFrame(row))["at"].to_list() == [at]
