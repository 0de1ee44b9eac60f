import numpy as np
import polars as pl

from duanka.simulate.entities import STATUSES, statuses
from town import small_town, village


def test_status_is_mostly_active_and_what_was_told_stands():
    status = statuses(np.random.default_rng(1), np.ones(5_000, bool), {3: "closed"})
    assert (status == 0).mean() > 0.9
    assert STATUSES[status[3]] == "closed"


def test_openings_that_turned_bad_are_a_small_part():
    town = village()
    truth = town.truth["truth_opening"]
    assert truth.height == town.tables["opening"].height
    assert 0 < truth["bad"].mean() < 0.05


def test_a_refused_application_has_a_reason_and_no_card():
    opening = small_town().tables["opening"]
    refused = opening.filter(pl.col("outcome") == "refused")
    assert refused.height
    assert refused["card_id"].null_count() == refused.height
    assert refused["reason"].null_count() == 0
    opened = opening.filter(pl.col("outcome") == "opened")
    assert opened["card_id"].null_count() == 0


def test_names_are_plainly_invented():
    tables = small_town().tables
    assert tables["outlet"]["name"].str.starts_with("演练").all()
    assert tables["institution"]["name"].str.starts_with("演练").all()
