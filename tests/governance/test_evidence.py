from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from scipy import stats

from duanka.governance import evidence, scorecard
from duanka.governance.horizon import window_of
from duanka.governance.sheets import Sheet
from duanka.policy import dated
from governance_room import Plan, build

REGIME = dated.load().at(build(Plan(cards=10, outlets=2)).as_of.date())
SEEDS = 200


def sheet(counted, expected, kind="outlet", side="stock"):
    """One month of units with so many cards, all known in the month."""
    size = len(counted)
    cards = np.asarray(counted, dtype=np.int64)[:, None]
    weight = np.zeros((2, size, 1))
    weight[0] = np.asarray(expected)[:, None]
    events = np.repeat(
        np.stack([np.arange(size), np.zeros(size), np.zeros(size)], axis=1).astype(np.int64),
        cards[:, 0],
        axis=0,
    )
    whole = np.full((size, 1), 10_000)
    return Sheet(
        unit_kind=kind, side=side, units=tuple(f"{kind}{n:04d}" for n in range(size)), first=24_300,
        exposure=whole, implicated=cards, self_found=np.zeros_like(cards), counted=cards,
        expected=weight.sum(axis=0), expected_so_far=weight.sum(axis=0), by_known=events, weight=weight,
        seen=np.ones((2, 1, 1)),
    )  # fmt: skip


def honest(seed, units=150, spread=0.15):
    rng = np.random.default_rng(seed)
    expected = np.exp(rng.normal(2.5, 1.2, units))
    return rng.poisson(expected * rng.gamma(1 / spread, spread, units)), expected


def test_in_a_world_without_bad_units_as_many_are_pointed_out_as_the_policy_says():
    """Of 200 honest worlds, in at most about one of twenty anybody stands out at all."""
    worlds = 0
    for seed in range(SEEDS):
        facts = evidence.facts_of([sheet(*honest(seed))], {}, REGIME, month=24_300)
        worlds += bool(facts["outlet"]["stands_out"].any())
    share = REGIME.number("scorecards.false_discovery_share")
    assert worlds <= stats.binom.ppf(0.999, SEEDS, share)
    assert worlds >= stats.binom.ppf(0.001, SEEDS, share)


def test_a_big_honest_unit_is_not_taken_for_a_bad_one_nor_a_lucky_small_one():
    counted, expected = honest(3)
    counted[:2], expected[:2] = (560, 1), (500.0, 0.02)
    facts = evidence.facts_of([sheet(counted, expected)], {}, REGIME, month=24_300)["outlet"]
    assert not facts["stands_out"][:2].any()
    counted[0] = 2_500
    facts = evidence.facts_of([sheet(counted, expected)], {}, REGIME, month=24_300)["outlet"]
    assert facts["stands_out"][0]
    assert facts["lower_ratio"][0] > 4


def test_an_excess_of_one_employee_is_told_from_one_of_the_house():
    staff_expected, outlet_expected = np.full(200, 5.0), np.full(50, 20.0)
    staff = np.full(200, 5)
    staff[0] = 80  # outlet 0: one of four
    staff[4:8] = 25  # outlet 1: all four
    both = [
        sheet(staff.reshape(50, 4).sum(axis=1), outlet_expected),
        sheet(staff, staff_expected, "staff"),
    ]
    facts = evidence.facts_of(both, {"outlet": np.arange(200) // 4}, REGIME, month=24_300)
    assert facts["outlet"]["stands_out"][:2].all()
    assert facts["outlet"]["concentrated"][:2].tolist() == [True, False]


def test_a_unit_of_one_part_is_that_part():
    counted, expected = honest(5, units=80)
    counted[0] = 10 * expected[0] + 30
    both = [sheet(counted, expected), sheet(counted, expected, "staff")]
    facts = evidence.facts_of(both, {"outlet": np.arange(80)}, REGIME, month=24_300)
    assert facts["outlet"]["stands_out"][0]
    assert not facts["outlet"]["concentrated"][0]


def test_the_sides_add_up_and_the_worse_one_is_named():
    counted, expected = honest(6, units=90)
    more = np.zeros_like(counted)
    more[0] = 40
    both = [sheet(more, np.full(90, 1.0), side="new"), sheet(counted, expected)]
    facts = evidence.facts_of(both, {}, REGIME, month=24_300)["outlet"]
    assert (facts["implicated"] == facts["counted_new"] + facts["counted_stock"]).all()
    assert facts["expected"] == pytest.approx(facts["expected_new"] + facts["expected_stock"])
    assert facts["side"][0] == "new"


def test_a_month_is_judged_by_what_was_known_at_its_end():
    one = sheet(np.array([6, 2, 1]), np.array([3.0, 3.0, 3.0]))
    later = one.by_known.copy()
    later[:, 2] = 1
    two_months = SimpleNamespace(
        side="stock", units=one.units, first=one.first, by_known=later,
        exposure=np.repeat(one.exposure, 2, axis=1), weight=np.repeat(one.weight, 2, axis=2),
        seen=np.ones((2, 2, 2)),
    )  # fmt: skip
    assert evidence.looked_at(two_months, 24_300, window=6).counted.sum() == 0
    assert evidence.looked_at(two_months, 24_301, window=6).counted.tolist() == [6, 2, 1]
    assert evidence.looked_at(two_months, 24_301, window=1).counted.sum() == 0


def test_parts_belong_where_most_of_their_cards_are():
    world = build(
        Plan(
            seed=4, cards=2_000, institutions=4, outlets=20, regions=4, days=120, honest_per_10k=300
        )
    )
    found = scorecard.govern(world.tables, world.as_of, REGIME)
    parts = evidence.parts_of(found)
    units = {one.unit_kind: one.units for one in found.sheets}
    for i, staff in enumerate(units["staff"]):
        assert units["outlet"][parts["outlet"][i]] == f"o{int(staff[1:]) // 4:05d}"
    place = dict(world.tables["outlet"].select("outlet_id", "region_code").iter_rows())
    assert [units["region"][i] for i in parts["region"]] == [place[one] for one in units["outlet"]]
    bare = evidence.parts_of(
        scorecard.Governed(
            found.attributed.with_columns(staff_id=pl.lit(None, dtype=pl.String)),
            found.span,
            tuple(s for s in found.sheets if s.unit_kind != "staff"),
        )
    )
    assert "outlet" not in bare


def test_an_employee_is_held_to_colleagues_as_far_as_outlets_differ():
    outlet = np.repeat(np.arange(50), 4)
    counted, expected = np.ones(200), np.ones(200)
    counted[:4] = 12.0  # a whole outlet
    counted[4] = 12.0  # one employee of the next
    beyond = evidence.colleagues(counted, expected, outlet, batches=1.0, usual=0.5)
    assert (beyond[:4] > 4).all()
    assert 0.7 < beyond[4] < 1.1  # their own cards raise nothing that they are held to
    assert (beyond[5:8] > 1.5).all()
    assert (abs(beyond[8:] - 1) < 0.3).all()
    even = evidence.colleagues(np.ones(200), expected, outlet, batches=1.0, usual=0.5)
    assert (abs(even - 1) < 0.01).all()
    assert (
        evidence.colleagues(counted, expected, np.full(200, -1), batches=1.0, usual=0.5).max() == 1
    )


def test_employees_are_judged_by_more_months_than_their_outlet():
    assert window_of("staff", REGIME) > window_of("outlet", REGIME) == window_of("region", REGIME)
