from functools import cache

import polars as pl
import pytest

from duanka.governance import scorecard
from duanka.governance.movement import movement
from duanka.policy import dated
from governance_room import Plan, build


@cache
def told():
    world = build(
        Plan(
            seed=3,
            cards=9_000,
            institutions=4,
            outlets=50,
            regions=8,
            days=450,
            honest_per_10k=200,
            bad={"outlet": 2},
            times=10,
        )
    )
    regime = dated.load().at(world.as_of.date())
    found = scorecard.govern(world.tables, world.as_of, regime)
    month = found.span.last - 1
    period = scorecard.months.name_of(month)
    cards = scorecard.scorecard(found.sheets, regime).filter(pl.col("period") == period)
    return world, cards, movement(found.sheets, regime, month=month)


def both():
    keys = ["unit_kind", "unit_id", "side"]
    return told()[1].with_columns(pl.col(keys).cast(pl.String)).join(told()[2], on=keys)


def test_every_row_of_the_month_has_its_movement():
    assert told()[1].height == told()[2].height == both().height


def test_the_rank_lies_where_it_is_said_to_lie_for_most():
    rows = both()
    inside = rows.filter(pl.col("rank_from") <= pl.col("rank"), pl.col("rank") <= pl.col("rank_to"))
    assert inside.height > 0.8 * rows.height
    assert (rows["rank_from"] <= rows["rank_to"]).all()


def test_planted_units_leave_the_funnel_and_few_others_do():
    rows = both().filter(pl.col("unit_kind") == "outlet", pl.col("side") == "stock")
    above = rows.filter(pl.col("counted") > pl.col("funnel_upper"))
    planted = told()[0].planted["outlet"]
    assert set(above["unit_id"]) & planted
    assert len(set(above["unit_id"]) - planted) <= 3
    assert (
        rows.filter(pl.col("counted").is_between("funnel_lower", "funnel_upper")).height
        > 0.9 * rows.height
    )


@pytest.mark.parametrize("name", ["month", "year"])
def test_changes_have_bounds_around_them(name):
    rows = told()[2].filter(pl.col(f"change_{name}").is_not_null())
    assert rows.height > 0
    assert (rows[f"change_{name}_lower"] <= rows[f"change_{name}"]).all()
    upper = rows.filter(pl.col(f"change_{name}_upper").is_not_null())
    assert (upper[f"change_{name}"] <= upper[f"change_{name}_upper"]).all()
