from datetime import date

import polars as pl
import pytest

from duanka.errors import BadInput
from duanka.policy import facts
from duanka.policy.dated import load

REGIME = load().at(date(2023, 6, 1))
NEEDED = {"id": facts.TEXT, "score": facts.SHARE, "families": facts.WORDS}


def frame(**columns):
    return pl.DataFrame({"id": ["a"], "score": [0.5], "families": [["money"]]} | columns)


def test_absent_and_empty_optional_columns_take_their_default():
    defaults = {"victim": False, "held": 0, "kind": "unknown"}
    given = frame(victim=pl.Series([None], dtype=pl.Boolean))
    found = facts.prepared(given, NEEDED, defaults, what="facts")
    assert found.row(0, named=True) == {
        "id": "a",
        "score": 0.5,
        "families": ["money"],
        "victim": False,
        "held": 0,
        "kind": "unknown",
    }


def test_an_enumeration_is_text():
    given = frame(kind=pl.Series(["sim"], dtype=pl.Enum(["sim"])))
    assert facts.prepared(given, NEEDED, {"kind": "x"}, what="facts")["kind"].to_list() == ["sim"]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"score": [None]}, "score has empty values"),
        ({"score": [1.01]}, "not between 0 and 1"),
        ({"score": [float("nan")]}, "not between 0 and 1"),
        ({"score": ["much"]}, "wrong type"),
        ({"id": [None]}, "id has empty values"),
        ({"victim": ["perhaps"]}, "wrong type"),
    ],
)
def test_bad_facts_are_refused(columns, told):
    with pytest.raises(BadInput, match=told):
        facts.prepared(frame(**columns), NEEDED, {"victim": False}, what="facts")


def test_a_missing_column_is_named():
    with pytest.raises(BadInput, match="column score is missing"):
        facts.prepared(frame().drop("score"), NEEDED, {}, what="facts")


def test_the_same_family_twice_is_one_family():
    given = pl.DataFrame({"families": [["money", "money"], ["money", "device"], []]})
    enough = given.select(facts.enough_families(REGIME, "account_tiers.least_families"))
    assert enough.to_series().to_list() == [False, True, False]


def test_reasons_lead_once_and_leave_nulls_out():
    given = pl.DataFrame({"r": [["b", "a"], ["c"]], "lead": ["a", None]})
    told = given.select(facts.reasons(pl.col("r"), pl.col("lead"))).to_series()
    assert told.to_list() == [["a", "b"], ["c"]]


def test_the_law_beside_what_the_table_said():
    said = pl.DataFrame(
        {
            "then": ["suspend", "allow", "suspend"],
            "because": ["x"] * 3,
            "basis": [None, None, "own"],
        }
    )
    found = facts.justified(said, REGIME, "account")
    assert found["legal_basis"].to_list() == ["反电信网络诈骗法 第十八条", None, "own"]
    assert found["review"].to_list() == ["person", "none", "person"]
    assert facts.law(["suspend"], REGIME, "sim")["article"].item() == "反电信网络诈骗法 第十一条"
