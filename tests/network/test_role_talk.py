import polars as pl
import pytest

from duanka.network import role_talk
from network.role_room import SELLERS, called, day, frame, known, ring, scores, sim, values

CORE = pl.DataFrame({"holder_id": ["DEALER"], "weight": [1.0], "from": [day(20)]})


@pytest.fixture(scope="module")
def room():
    return known()


def test_who_came_to_speak_with_several_sellers_is_told_beyond_chance(room):
    parts = role_talk.contacts_sellers(room, role_talk.spoken(room))
    near, before, once = (
        values(part, name)
        for part, name in zip(
            parts, ("contacts_sellers", "calls_before", "rings_once"), strict=True
        )
    )
    assert near["DEALER"] > 2
    assert before["FINDER"] > 2
    assert once["FINDER"] > 0.8 > once.get("DEALER", 0.0)
    assert not set(near) & {f"H{n}" for n in range(5, 40)}


def test_a_courier_who_rings_everybody_is_not_told_for_the_sellers_among_them():
    frames, score = ring()
    many = [called(f"m{n}", 28, "s-H9", f"s-H{n}") for n in range(40) if n != 9]
    many += [called(f"ms{n}", 29, "s-H9", f"s-{s}") for n, s in enumerate(SELLERS[:2])]
    frames["call"] = pl.concat([frames["call"], frame("call", many)])
    busy = known(frames, score)
    told = values(role_talk.contacts_sellers(busy, role_talk.spoken(busy))[0], "contacts_sellers")
    assert "H9" not in told


def test_talk_with_the_core_counts_where_it_is_new(room):
    told = values(
        role_talk.contacts_core(room, role_talk.spoken(room), CORE, "contacts_core"),
        "contacts_core",
    )
    assert told["MINDER"] == told["HEAD"] == 8
    assert "FRIEND" not in told


def test_what_a_suspected_sim_says_is_the_fraud_and_no_contact():
    frames = {
        "sim": frame("sim", [sim("s-BAD", "B"), sim("s-V", "V")]),
        "call": frame("call", [called("c1", 1, "s-BAD", "s-V"), called("c2", 2, "s-V", "s-X")]),
    }
    talk = role_talk.spoken(known(frames, scores(**{"s-BAD": 0.9})))
    assert talk["event"].to_list() == ["c2"]


def test_no_calls_no_contacts():
    nothing = known({}, scores(a=0.9))
    talk = role_talk.spoken(nothing)
    assert all(part.is_empty() for part in role_talk.contacts_sellers(nothing, talk))
    assert role_talk.contacts_core(nothing, talk, CORE, "contacts_core").is_empty()
    assert role_talk.habits(nothing, talk, pl.Series(["A"])).is_empty()
