import polars as pl
import pytest

from duanka.network import role_couriers, role_use
from network.role_room import SELLERS, day, frame, known, paid, ring, scores, sim, used, values


def cashed(room_days, region="440300"):
    return [
        paid(f"cash{n}-{s}", at + 0.3, f"b-{s}", "CASH", 5_000, channel="atm", region_code=region)
        for n, at in enumerate(room_days)
        for s in SELLERS[:2]
    ]


def placed(who, days, region):
    return [used(at + 0.25, f"s-{who}", f"d-{who}", "sim", region_code=region) for at in days]


def near(extra_uses, withdrawals):
    frames, score = ring()
    home = placed("HANDS", range(1, 40), "110100") + placed("H5", range(1, 40), "440300")
    frames["device_use"] = frame("device_use", home + extra_uses)
    frames["transfer"] = pl.concat([frames["transfer"], frame("transfer", withdrawals)]).sort("at")
    return values(role_couriers.near_cash(known(frames, score)), "near_cash")


def test_a_phone_that_travels_with_the_cash_is_told_and_who_lives_there_is_not():
    trips = [32, 34, 36, 38]
    found = near(placed("HANDS", trips, "440300"), cashed(trips))
    assert set(found) == {"HANDS"}
    assert found["HANDS"] > 3


def test_who_travels_on_other_days_is_not():
    assert near(placed("HANDS", [3, 5, 7, 9], "440300"), cashed([32, 34, 36, 38])) == {}


def test_one_persons_withdrawals_are_nobodys_trip():
    trips = [32, 34, 36, 38]
    one = [row for row in cashed(trips) if row["payer_id"] == "b-S1"]
    assert near(placed("HANDS", trips, "440300"), one) == {}


@pytest.fixture
def tried():
    """Four phone cards of others first seen on a handset on which HANDS's own lives, then in a box."""
    frames, _ = ring()
    sims = [sim(f"s-{n}", n, activated_at=day(20)) for n in ("N1", "N2", "N3", "N4")]
    frames["sim"] = pl.concat([frames["sim"], frame("sim", sims)])
    rows = [used(20 + n / 10, f"s-N{n}", "d-HANDS", "sim") for n in range(1, 5)]
    rows += [used(22 + k, f"s-N{n}", "d-BOX", "sim") for n in range(1, 5) for k in range(4)]
    frames["device_use"] = pl.concat([frames["device_use"], frame("device_use", rows)]).sort("at")
    return frames, scores(**{f"s-N{n}": 0.9 for n in range(1, 5)})


def first(frames, score):
    room = known(frames, score)
    found = role_couriers.first_on_handset(room, role_use.seen(room))
    return values(found, "first_on_handset")


def test_others_new_cards_tried_on_ones_own_handset_are_told(tried):
    assert first(*tried) == {"HANDS": 3.0}


def test_cards_that_stay_there_are_another_trade(tried):
    frames, score = tried
    frames["device_use"] = frames["device_use"].filter(pl.col("device_id") != "d-BOX")
    assert first(frames, score) == {}


def test_what_is_not_held_says_nothing():
    room = known({}, scores(a=0.9))
    assert role_couriers.near_cash(room).is_empty()
    assert role_couriers.first_on_handset(room, role_use.seen(room)).is_empty()
