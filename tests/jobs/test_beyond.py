from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from duanka import tables
from duanka.features.room import Room
from duanka.jobs.beyond import HELD_WHOLE, beyond, nearby
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


def test_of_more_transfers_than_are_held_whole_those_near_suspects_are_looked_at(found):
    assert found
    frames = small_town().tables
    as_of = frames["transfer"]["at"].max() + timedelta(microseconds=1)
    regime = dated.load().at(as_of.date())
    height = frames["transfer"].height
    bad = frames["label"].filter(pl.col("card_kind").cast(pl.String) == "account")["card_id"][0]
    few = frames | {
        "label": frames["label"].filter(pl.col("card_id") == bad),
        "lead": frames["lead"].clear(),
    }
    for at_once, cut in ((height // HELD_WHOLE + 1, False), (height // HELD_WHOLE - 1, True)):
        asker = ask_frames(frames, as_of, 1, room=Room(np.zeros, at_once))
        kept = nearby(Dataset(as_of, few, asker), tables.empty("score"), regime, Progress())
        rows = kept.frames["transfer"]
        assert (rows.height < height) is cut
        both = pl.col("payer_id").eq(bad) | pl.col("payee_id").eq(bad)
        assert rows.filter(both).equals(frames["transfer"].filter(both))
        assert rows["at"].is_sorted()
