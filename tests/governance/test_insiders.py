from functools import cache

import polars as pl

from duanka.governance import insiders, scorecard
from duanka.policy import dated
from governance_room import Plan, build


@cache
def told(**bad):
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
    return world, insiders.insiders(found, world.tables, regime, month=found.span.last)


def test_employees_whose_openings_turn_bad_are_found_for_a_restricted_queue():
    world, rows = told(staff=5)
    assert len(set(rows["staff_id"]) & world.planted["staff"]) >= 3
    assert len(set(rows["staff_id"]) - world.planted["staff"]) <= 1
    assert set(rows["queue"]) == {"restricted"}
    assert set(rows["reply"]) == {"owed"}
    assert (rows["implicated"] >= 3).all()


def test_the_staff_of_a_bad_outlet_are_held_to_their_colleagues():
    world, rows = told(outlet=3)
    plain = scorecard.govern(world.tables, world.as_of, dated.load().at(world.as_of.date()))
    staff = next(s for s in plain.sheets if (s.unit_kind, s.side) == ("staff", "stock"))
    bad = {f"s{4 * int(o[1:]) + n:05d}" for o in world.planted["outlet"] for n in range(4)}
    raised = {
        u
        for u, o, e in zip(
            staff.units, staff.counted.sum(axis=1), staff.expected_so_far.sum(axis=1), strict=True
        )
        if o >= 3 and o > 4 * e
    }
    assert len(raised & bad) >= 3
    assert len(set(rows["staff_id"]) & bad) <= len(raised & bad) / 2


def test_without_employees_there_is_nobody_to_name():
    world = told()[0]
    frames = {n: f for n, f in world.tables.items() if n != "staff"}
    for kind in ("account", "sim"):
        frames[kind] = frames[kind].with_columns(staff_id=pl.lit(None, dtype=pl.String))
    regime = dated.load().at(world.as_of.date())
    found = scorecard.govern(frames, world.as_of, regime)
    assert insiders.insiders(found, frames, regime, month=found.span.last).is_empty()
