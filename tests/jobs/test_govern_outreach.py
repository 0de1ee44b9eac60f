from datetime import timedelta

import polars as pl
import pytest

from desks import at, policy, sit
from dockets import CHIEF, CLERK
from duanka.errors import NotAllowed
from duanka.governance import told
from duanka.governance.months import begins_at, parse_month
from duanka.jobs.govern_outreach import assign, measured
from duanka.jobs.progress import Progress
from duanka.store.ledger import SYSTEM, Wanted
from ledgers import ledger
from published import PERIOD, SETTINGS, data, month, world

DRAWN_AT = begins_at(parse_month(PERIOD)) + timedelta(
    days=2
)  # in the past of the world, so that effects show
HOW = {"settings": SETTINGS, "say": Progress()}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    made = ledger("sqlite", tmp_path_factory.mktemp("told"))
    yield made
    made.close()


def test_groups_and_employees_are_drawn_once_delivered_and_measured(book):
    done = assign(data(), month(), book, policy(), now=DRAWN_AT, **HOW)
    rows = pl.read_csv(month() / "outreach.csv")
    teaching = rows["group"].str.starts_with("staff_of:")
    assert done.groups == rows.filter(~teaching).height > 0
    assert done.taught > done.held_out >= 1
    again = assign(data(), month(), book, policy(), now=DRAWN_AT, **HOW)
    assert vars(again) == {"groups": done.groups, "taught": 0, "held_out": 0}
    with book.read(SYSTEM, at=at()) as desk:
        found = desk.find(Wanted(told.KIND))
        sizes = {one.about: one.body["told_count"] + one.body["held_count"] for one in found}
    for row in rows.filter(~teaching).to_dicts():
        assert sizes[row["group"]] >= row["size"]
    for one in found:
        with sit(book, CLERK, DRAWN_AT + timedelta(days=1)) as desk:
            told.deliver(desk, desk.get(one.kind, one.id), delivered_count=1)
    effect = measured(
        data(), book, policy(), CHIEF, as_of=world().as_of.isoformat(), now=at(), **HOW
    )
    whole = effect.messages.row(0, named=True)
    assert whole["group"] == "all"
    assert whole["told_count"] > whole["held_count"] > 0
    assert whole["told_harmed"] > 0
    assert whole["lower"] <= whole["difference"] <= whole["upper"]
    assert effect.groups["told_count"].sum() >= whole["told_count"]
    assert effect.training["employees"] == done.taught + done.held_out
    assert effect.training["done"] == 0
    with pytest.raises(NotAllowed):
        measured(data(), book, policy(), CLERK, as_of="2026-01-01", now=at(), **HOW)
