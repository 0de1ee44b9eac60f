from datetime import timedelta

import pytest

from duanka import tables
from duanka.jobs.beyond import beyond
from duanka.jobs.dataset import Dataset, ask_frames
from duanka.jobs.progress import Progress
from duanka.policy import dated
from town import small_town


@pytest.fixture(scope="module")
def found():
    frames = small_town().tables
    as_of = frames["transfer"]["at"].max() + timedelta(microseconds=1)
    dataset = Dataset(as_of, frames, ask_frames(frames, as_of, 1))
    written = {name: tables.empty(name) for name in ("score", "flow")}
    return beyond(dataset, written, dated.load().at(as_of.date()), Progress())


@pytest.mark.parametrize("name", ["network", "role", "action", "scorecard", "listing", "outreach"])
def test_tables_have_the_columns_of_the_contract(found, name):
    assert found[name].schema == tables.empty(name).schema


def test_units_of_every_kind_are_judged(found):
    kinds = set(found["scorecard"]["unit_kind"].cast(str).unique())
    assert kinds == {"institution", "outlet", "staff", "region"}
