from functools import cache

import numpy as np
import polars as pl
import pytest

from duanka.governance import listing, scorecard
from duanka.governance.docket import OWED
from duanka.governance.months import begins_at, parse_month
from duanka.policy import dated
from duanka.tables.words import LISTINGS
from governance_room import Plan, build

REGIME = dated.load().at(build(Plan(cards=10, outlets=2)).as_of.date())


def facts(implicated, ratio, *, stands_out=True, concentrated=False):
    """What one unit shows in a period."""
    one = {
        "side": np.array(["new"]), "implicated": np.array([float(implicated)]), "expected": np.array([1.0]),
        "ratio": np.array([ratio]), "lower_ratio": np.array([ratio]), "upper_ratio": np.array([2 * ratio]),
        "tail_share": np.array([1e-6]), "stands_out": np.array([stands_out]),
        "concentrated": np.array([concentrated]),
    }  # fmt: skip
    return one | {
        f"{n}_{s}": np.array([1.0])
        for n in ("exposure", "counted", "expected")
        for s in ("new", "stock")
    }


JANUARY = parse_month("2026-01")
HIGH, CALM = facts(9, 3.0), facts(1, 0.5, stands_out=False)


def walked(unit_kind, sector, periods, owed=None):
    """The rung and reason of each period for one unit; what is owed is told by the months of 2026."""
    walk = listing._Walk(("u",), [sector])
    out = []
    for number, shown in enumerate(periods):
        against = listing._against(owed, walk.units, unit_kind, JANUARY + number)
        row = walk.step(shown, REGIME, f"2026-{number + 1:02d}", unit_kind, against=against)
        out.append((row["listing"][0], row["because"][0]) if row.height else ("none", ""))
    return out


@pytest.mark.parametrize(
    ("unit_kind", "sector", "rungs"),
    [
        ("region", "mixed", "yellow_card interview red_card red_card red_card rectification"),
        ("outlet", "telecom", "interview rectification suspend_openings refer"),
        ("outlet", "bank", "interview rectification suspend_openings suspend_openings"),
        ("institution", "bank", "interview rectification rectification refer"),
        ("institution", "telecom", "interview rectification rectification refer"),
        ("staff", "bank", "interview interview refer refer"),
    ],
)
def test_each_ladder_is_climbed_rung_by_rung(unit_kind, sector, rungs):
    wanted = rungs.split()
    assert [rung for rung, _ in walked(unit_kind, sector, [HIGH] * len(wanted))] == wanted


@pytest.mark.parametrize(("high", "calm"), [(1, 2), (2, 2), (3, 3), (6, 3)])
def test_a_listed_region_stays_for_its_shortest_stay_and_leaves_when_it_has_been_calm_long_enough(
    high, calm
):
    told = walked("region", "mixed", [HIGH] * high + [CALM] * 4)
    rung = told[high - 1][0]
    after = told[high:]
    assert [one for one, _ in after[: calm - 1]] == [rung] * (calm - 1)
    assert {reason for _, reason in after[: calm - 1]} <= {"stays_listed"}
    assert after[calm - 1] == ("none", "calm_again")
    assert after[calm:] == [("none", "too_few_cards")] * (4 - calm)


def test_what_is_to_be_rectified_and_a_new_insider_matter_keep_a_unit_on_its_rung():
    periods = [HIGH, CALM, CALM, CALM, CALM]
    owes = [("outlet", "u", "rectify", begins_at(JANUARY), begins_at(JANUARY + 4))]
    kept = walked("outlet", "bank", periods, pl.DataFrame(owes, schema=OWED, orient="row"))
    assert [one for one, _ in kept] == ["interview"] * 4 + [
        "none"
    ]  # accepted at the beginning of May
    asks = [("outlet", "u", "insider", begins_at(JANUARY + 2), None)]
    kept = walked("outlet", "bank", periods, pl.DataFrame(asks, schema=OWED, orient="row"))
    assert [one for one, _ in kept] == ["interview"] * 3 + ["none"] * 2  # new in March only
    other = [("outlet", "v", "rectify", begins_at(JANUARY), None)]
    kept = walked("outlet", "bank", periods, pl.DataFrame(other, schema=OWED, orient="row"))
    assert kept == walked("outlet", "bank", periods)


def test_a_notice_lasts_no_longer_than_its_cause():
    raised = facts(5, 1.2)
    assert [one for one, _ in walked("outlet", "bank", [raised, CALM])] == ["notice", "none"]


def test_openings_are_suspended_for_six_periods_at_most():
    told = walked("outlet", "bank", [HIGH] * 3 + [facts(3, 1.2)] * 7)
    rungs = [one for one, _ in told]
    assert rungs[2:8] == ["suspend_openings"] * 6
    assert told[8][1] in {"term_over", "rate_raised"}
    assert rungs[8] != "suspend_openings"


def test_a_unit_that_falls_back_begins_anew():
    told = walked("region", "mixed", [HIGH, HIGH, CALM, CALM, HIGH])
    assert [one for one, _ in told] == [
        "yellow_card",
        "interview",
        "interview",
        "none",
        "yellow_card",
    ]


@pytest.mark.parametrize(
    ("shown", "because"),
    [
        (facts(2, 9.0), "too_few_cards"),
        (facts(9, 9.0, stands_out=False), "within_chance"),
        (facts(9, 0.9), "rate_expected"),
        (facts(9, 9.0, concentrated=True), "one_part_only"),
    ],
)
def test_small_numbers_chance_and_one_bad_part_list_nobody(shown, because):
    assert walked("region", "mixed", [shown]) == [("none", because)]


@cache
def judged(**bad):
    world = build(
        Plan(
            seed=3,
            cards=12_000,
            institutions=6,
            outlets=80,
            regions=12,
            days=240,
            honest_per_10k=60,
            bad=bad,
            times=25,
        )
    )
    regime = dated.load().at(world.as_of.date())
    found = scorecard.govern(world.tables, world.as_of, regime)
    return world, listing.judge(found, regime, world.tables["institution"])


def test_planted_units_are_listed_and_hardly_anybody_else():
    world, told = judged(staff=4, outlet=2)
    listed = told.table.filter(pl.col("listing") != "none")
    for kind in ("staff", "outlet"):
        found = set(listed.filter(pl.col("unit_kind") == kind)["unit_id"])
        if kind == "staff":  # those of a bad outlet are bad, too
            bad = {f"s{4 * int(o[1:]) + n:05d}" for o in world.planted["outlet"] for n in range(4)}
            found -= bad
        assert len(found & world.planted[kind]) >= 2
        hosts = {f"o{int(s[1:]) // 4:05d}" for s in world.planted["staff"]}
        assert len(found - world.planted[kind] - hosts) <= 1


def test_nothing_is_listed_without_its_evidence_and_its_basis():
    told = judged(staff=4, outlet=2)[1]
    keys = ["unit_kind", "unit_id", "period"]
    assert told.table.height == told.evidence.height
    assert told.table.select(pl.col(keys).cast(pl.String)).equals(
        told.evidence.select(pl.col(keys).cast(pl.String))
    )
    assert told.table["legal_basis"].null_count() == 0
    assert told.table["because"].is_in(list(dated.load().reasons)).all()
    assert (
        told.evidence.filter(pl.Series(told.table["listing"] != "none"))["implicated"] > 0
    ).any()
    assert set(told.table["listing"].cast(pl.String)) <= set(LISTINGS)


def test_an_honest_world_lists_next_to_nobody():
    told = judged()[1].table
    assert told.filter(pl.col("listing") != "none")["unit_id"].n_unique() <= 1
