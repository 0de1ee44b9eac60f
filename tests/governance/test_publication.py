from functools import cache

import polars as pl
import pytest

from duanka.errors import BadInput
from duanka.governance import publication, scorecard
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
            days=200,
            honest_per_10k=60,
            bad={"outlet": 2, "staff": 2},
            times=25,
        )
    )
    regime = dated.load().at(world.as_of.date())
    found = scorecard.govern(world.tables, world.as_of, regime)
    tables = publication.month_tables(found, world.tables, regime, month=found.span.last - 1)
    return world, regime, found, tables


def test_a_month_has_all_its_tables_and_only_its_rows():
    tables = told()[3]
    assert set(tables) == {"progress", "scorecard", "movement", "listing", "evidence", "questions", "stock", "vintages", "outreach", "attribution", "insiders", "units", "conduct"}  # fmt: skip
    for name in ("scorecard", "listing", "evidence", "questions"):
        assert tables[name]["period"].n_unique() <= 1
    assert tables["listing"].height == tables["evidence"].height > 0


def test_a_letter_goes_to_every_listed_unit_but_to_no_employee():
    world, regime, _, tables = told()
    letters = publication.month_letters(
        tables, world.tables, regime, as_of=world.as_of, sender="反诈中心"
    )
    listed = tables["listing"].filter(pl.col("listing") != "none", pl.col("unit_kind") != "staff")
    assert len(letters) == listed.height > 0
    assert all(name.endswith(".docx") for name in letters)
    assert not any("staff" in name for name in letters)


@pytest.mark.parametrize("shift", [-40, 1])
def test_a_month_that_labels_do_not_speak_of_is_refused(shift):
    world, regime, found, _ = told()
    with pytest.raises(BadInput, match="labels do not speak of"):
        publication.month_tables(found, world.tables, regime, month=found.span.last + shift)


def test_a_unit_whose_counts_changed_is_named_with_both():
    rows = told()[3]["scorecard"]
    assert publication.revised(rows, rows).is_empty()
    more = rows.with_columns(
        implicated=pl.col("implicated") + (pl.int_range(pl.len()) == 3).cast(pl.Int32)
    )
    changed = publication.revised(rows, more)
    assert changed.height == 1
    assert changed["implicated_now"][0] == changed["implicated"][0] + 1
    assert publication.revised(rows.clear(), rows.filter(pl.col("implicated") > 0)).height > 0
