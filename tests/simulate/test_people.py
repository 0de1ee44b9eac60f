import numpy as np

from duanka.simulate.people import EXPATRIATE, FIRM, NEVER, RETIRED, TRADES, device_at, region_at
from duanka.simulate.places import LOCAL_REGIONS
from town import morning


def test_every_trade_is_plied_somewhere_and_the_retired_are_old():
    people = morning()[0].people
    assert len(np.unique(people.trade)) > len(TRADES) * 0.7
    age = 2026 - people.birth_year
    assert age[people.trade == RETIRED].mean() > age.mean() + 15
    assert age.min() >= 14


def test_who_travels_is_elsewhere_and_who_lives_abroad_has_no_county():
    people = morning()[0].people
    away = np.flatnonzero((people.trip_from < NEVER) & ~people.abroad & (people.trade != 7))
    there = region_at(people, away, people.trip_from[away] + 10)
    assert (there == people.trip_region[away]).all()
    out = np.flatnonzero(people.trade == EXPATRIATE)
    assert (region_at(people, out, np.full(len(out), 1_000)) == -1).all()
    home = np.flatnonzero((people.trip_from == NEVER) & (people.trade != 7))
    assert (region_at(people, home, np.full(len(home), 1_000)) < LOCAL_REGIONS).all()


def test_an_upgrade_changes_the_handset():
    people = morning()[0].people
    who = np.flatnonzero((people.new_device_at < NEVER) & (people.second_device < 0))
    before = device_at(people, who, people.new_device_at[who] - 1)
    after = device_at(people, who, people.new_device_at[who])
    assert (before != after).all()


def test_some_lawful_firms_share_one_contact():
    organisations = morning()[0].organisations
    _, count = np.unique(organisations.contact[organisations.kind == FIRM], return_counts=True)
    assert count.max() >= 2
