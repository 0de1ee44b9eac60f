import polars as pl

from duanka.network import role_use
from network.role_room import SELLERS, account, frame, known, paid, ring, scores, sim, used, values


def told(room):
    sightings = role_use.seen(room)
    return {name: values(part, name) for name, part in zip(
        ("control_moved", "own_device", "shares_device"), role_use.control(room, sightings), strict=True)}  # fmt: skip


def test_a_sold_card_is_on_a_device_with_others_and_a_runners_on_his_own():
    found = told(known())
    assert set(found["control_moved"]) == {f"b-{s}" for s in SELLERS}
    assert found["own_device"] == {"b-RUNS": 1.0}
    assert found["shares_device"]["b-S1"] == 3


def test_a_new_handset_to_which_all_cards_moved_weeks_ago_is_ones_own():
    frames, score = ring()
    moved = [used(20 + k, card, "d-NEW", kind) for k in range(9) for card, kind in (("a-RUNS", "account"), ("s-RUNS", "sim"))]  # fmt: skip
    later = [used(34.5 + k / 5, "b-RUNS", "d-NEW") for k in range(6)]
    frames["device_use"] = pl.concat([frames["device_use"], frame("device_use", moved + later)])
    assert told(known(frames, score))["own_device"]["b-RUNS"] == 1.0


def test_who_lives_on_the_rings_device_serves_it_and_whose_one_card_came_joined_it():
    frames, score = ring()
    lives = [used(10 + k, card, "d-RING", kind) for k in range(20) for card, kind in (("a-H3", "account"), ("s-H3", "sim"))]  # fmt: skip
    came = [used(30 + k / 9, "a-H4", "d-RING") for k in range(3)]
    frames["device_use"] = pl.concat([frames["device_use"], frame("device_use", lives + came)])
    room = known(frames, score)
    serves, joined = role_use.serves(room, role_use.seen(room))
    assert set(values(serves, "serves_devices")) == {"H3"}
    assert set(values(joined, "joined_device")) == {"H4"}


def test_a_repairers_bench_tells_of_nobody():
    frames, score = ring()
    bench = [used(31, f"a-H{n}", "d-BENCH") for n in range(40)] + [used(31, f"b-{s}", "d-BENCH") for s in SELLERS]  # fmt: skip
    frames["device_use"] = pl.concat([frames["device_use"], frame("device_use", bench)])
    room = known(frames, score)
    assert all(part.is_empty() for part in role_use.serves(room, role_use.seen(room)))


def test_flow_through_a_card():
    gathers, passes, keeps = role_use.flow_through(known())
    assert values(gathers, "gathers")["b-S2"] == 6
    assert values(gathers, "gathers")["b-RUNS"] == 14
    assert values(passes, "passes_on")["b-RUNS"] > 0.9
    assert values(keeps, "keeps_commission")["b-RUNS"] == 1.0


def test_a_card_that_keeps_what_it_gets_passes_nothing_on():
    rows = [paid(f"t{n}", 5 + n / 10, f"x{n}", "m", 900) for n in range(5)]
    frames = {"account": frame("account", [account("m", "M")]), "transfer": frame("transfer", rows)}
    _, passes, keeps = role_use.flow_through(known(frames, scores(m=0.9)))
    assert passes.is_empty()
    assert keeps.is_empty()


def test_without_sightings_devices_say_nothing():
    room = known({"sim": frame("sim", [sim("s-A", "A")])}, scores(**{"s-A": 0.9}))
    sightings = role_use.seen(room)
    assert all(part.is_empty() for part in role_use.control(room, sightings))
    assert all(part.is_empty() for part in role_use.serves(room, sightings))
    assert all(part.is_empty() for part in role_use.flow_through(room))
