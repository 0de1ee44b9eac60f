from functools import cache

import polars as pl
import pytest

from duanka.errors import BadInput
from duanka.governance import publication, scorecard
from duanka.policy import dated
from published import world


@cache
def told():
    made = world()
    regime = dated.load().at(made.as_of.date())
    found = scorecard.govern(made.tables, made.as_of, regime)
    tables = publication.month_tables(found, made.tables, regime, month=found.span.last - 1)
    return made, regime, found, tables


def test_a_month_has_all_its_tables_and_only_its_rows():
    tables = told()[3]
    assert set(tables) == {"progress", "scorecard", "movement", "listing", "evidence", "questions", "stock", "vintages", "outreach", "attribution", "insiders", "units", "conduct", "inspections", "campaigns", "regions", "controls", "traceback", "terminals"}  # fmt: skip
    for name in ("scorecard", "listing", "evidence", "questions"):
        assert tables[name]["period"].n_unique() <= 1
    assert tables["listing"].height == tables["evidence"].height > 0


def test_a_letter_goes_to_every_listed_unit_but_to_no_employee():
    made, regime, _, tables = told()
    letters = publication.month_letters(
        tables, made.tables, regime, as_of=made.as_of, sender="反诈中心"
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
