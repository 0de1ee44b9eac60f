from dataclasses import replace

import polars as pl
import pytest

from duanka import tables
from duanka.jobs.as_held import as_held
from duanka.jobs.train_default import as_dataset, known_from_truth
from duanka.simulate.world import Plan, build
from duanka.tables.check import check
from duanka.tables.seen import Seen

HOLDERS = range(12)


@pytest.fixture(scope="module")
def town():
    return build(replace(Plan.varied(4, people=400, rings=6), days=28))


@pytest.fixture(scope="module")
def held(town):
    return [as_held(town, seed) for seed in HOLDERS]


def test_the_same_holder_holds_the_same_each_time(town, held):
    again = as_held(town, 3)
    assert all(again.tables[name].equals(frame) for name, frame in held[3].tables.items())


def test_holders_differ_in_what_they_lack(held):
    assert len({tuple(sorted(n for n, f in h.tables.items() if f.is_empty())) for h in held}) > 4
    assert len({h.tables["account"].height for h in held}) > 2
    assert len({h.tables["transfer"]["memo_kind"].null_count() for h in held}) > 2


def test_what_a_holder_has_is_still_what_the_contract_asks(held):
    for name, frame in held[1].tables.items():
        checked = check(frame, name, file=name, seen=Seen())
        assert checked.rows.height == frame.height
        assert set(frame.columns) == {c.name for c in tables.columns(name)}


def test_no_event_was_made_up_and_the_truth_about_them_stands(town, held):
    for one in held:
        assert (
            one.tables["transfer"]["transfer_id"]
            .is_in(town.tables["transfer"]["transfer_id"].implode())
            .all()
        )
        assert one.truth["truth_event"].equals(town.truth["truth_event"])


def test_a_bank_among_many_sees_only_what_touches_its_cards(town, held):
    few = [h for h in held if h.tables["account"].height < town.tables["account"].height]
    assert few
    for one in few:
        mine = one.tables["account"]["account_id"].implode()
        moves = one.tables["transfer"]
        assert (moves["payer_id"].is_in(mine) | moves["payee_id"].is_in(mine)).all()


def test_truth_and_notices_name_only_cards_that_are_held(held):
    for one in held:
        cards = set(one.tables["account"]["account_id"]) | set(one.tables["sim"]["sim_id"])
        for frame in (one.truth["truth_card"], one.tables["label"], one.tables["lead"]):
            assert set(frame["card_id"]) <= cards


def test_misuse_is_dated_for_exactly_the_bad_cards_that_are_held(held):
    one = next(h for h in held if h.tables["call"].height and h.tables["label"].is_empty())
    known = known_from_truth(as_dataset(one, 1), one)
    bad = one.truth["truth_card"].filter(pl.col("bad"), pl.col("bad_from").is_not_null())
    assert (known.bad_at < 1 << 62).sum() == bad.height
