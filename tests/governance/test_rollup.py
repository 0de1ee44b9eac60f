from functools import cache

import polars as pl
import pytest

from duanka.governance import rollup, scorecard
from duanka.governance.months import name_of
from duanka.policy import dated
from published import world

REGIME = dated.load().at(world().as_of.date())
CARD = ("exposure", "implicated", "self_detected")


@cache
def told():
    found = scorecard.govern(world().tables, world().as_of, REGIME)
    cards = scorecard.scorecard(found.sheets, REGIME).filter(
        pl.col("period") == name_of(found.span.last), pl.col("unit_kind") == "region"
    )
    return found, cards, rollup.rollup(found.sheets, REGIME, month=found.span.last)


def test_counties_are_the_districts_of_the_scorecard_to_the_last_bit():
    _, cards, rows = told()
    county = rows.filter(pl.col("level") == "county").select(cards.drop("unit_kind").columns)
    plain = cards.drop("unit_kind").with_columns(pl.col("side").cast(pl.String))
    keys = ["side", "unit_id"]
    assert county.sort(keys).cast(plain.schema).equals(plain.sort(keys))


@pytest.mark.parametrize(("level", "digits"), [("city", 4), ("province", 2)])
def test_a_level_adds_up_what_lies_below_it(level, digits):
    _, cards, rows = told()
    above = rows.filter(pl.col("level") == level)
    code = pl.col("unit_id").str.slice(0, digits).str.pad_end(6, "0")
    sums = cards.group_by("side", unit_id=code).agg(pl.col(CARD).cast(pl.Int64).sum())
    both = above.join(
        sums.with_columns(pl.col("side").cast(pl.String)), on=["side", "unit_id"], suffix="_below"
    )
    assert both.height == above.height > 0
    for name in CARD:
        assert both[name].to_list() == both[f"{name}_below"].to_list()
    assert (above["lower_per_10k"] <= above["shrunk_per_10k"]).all()


def test_written_scorecards_roll_up_to_the_same_counts():
    _, cards, rows = told()
    new = cards.filter(pl.col("side") == "new")
    found = rollup.from_cards(new, "province", REGIME)
    mine = rows.filter(pl.col("level") == "province", pl.col("side") == "new")
    assert found.sort("unit_id")["implicated"].to_list() == mine.sort("unit_id")["implicated"].to_list()  # fmt: skip
    assert found["districts"].sum() == new.height
    assert rollup.from_cards(new.clear(), "city", REGIME).is_empty()
    assert rollup.rollup([], REGIME, month=1).is_empty()
