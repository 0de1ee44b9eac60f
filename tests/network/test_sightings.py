import polars as pl
import pytest

from duanka.network.evidence import KIND
from duanka.network.sightings import seen, shared
from network.ring_room import called, frame, hour, paid, used


def seeds(*cards):
    return pl.DataFrame(
        [("sim" if c.startswith("s") else "account", c) for c in cards],
        schema={"card_kind": KIND, "card_id": pl.String}, orient="row",
    )  # fmt: skip


def weights(uses, *bad, relation="used_on"):
    frames = {"device_use": frame("device_use", uses)}
    found = shared(seen(frames, since=hour(-1)), seeds(*bad)).filter(pl.col("relation") == relation)
    return {(r["left_id"], r["right_id"]): r["weight"] for r in found.to_dicts()}


def test_only_hosts_of_a_seed_are_told_with_everybody_on_them():
    uses = [used("a", "d", 1), used("b", "d", 2), used("c", "e", 3)]
    assert set(weights(uses, "a")) == {("a", "d"), ("b", "d")}


def test_a_card_that_lives_on_a_device_weighs_more_than_one_tried_there_once():
    uses = [used("a", "d", n) for n in range(6)] + [used("b", "own", n) for n in range(6)]
    found = weights([*uses, used("b", "d", 3.5)], "a")
    assert found["a", "d"] > 0.9
    assert found["b", "d"] == 0.5


def test_a_card_that_goes_to_and_fro_weighs_less_than_one_that_stays():
    uses = [used("a", "d", n) for n in range(8)]
    uses += [used("b", "d" if n % 2 else "own", n) for n in range(16)]
    found = weights(uses, "a")
    assert found["b", "d"] == pytest.approx(found["a", "d"] * (8 / 15) ** 0.5)


def test_networks_are_told_apart_from_devices():
    uses = [used("a", "d", 1, network="n"), used("b", "e", 2, network="n")]
    assert set(weights(uses, "a", relation="online_from")) == {("a", "n"), ("b", "n")}


def test_transfers_calls_and_messages_say_where_a_card_was_too():
    frames = {
        "transfer": frame("transfer", [paid("t", 1, "a", "x", device_id="d")]),
        "call": frame("call", [called("c", 2, "s1", "s9") | {"device_id": "d"}]),
        "message": frame("message", [
            {"message_id": "m", "at": hour(3), "sender_id": "s2", "receiver_id": "s9", "device_id": "d"}]),
    }  # fmt: skip
    found = shared(seen(frames, since=hour(0)), seeds("a"))
    assert found["left_id"].to_list() == ["a", "s1", "s2"]


def test_what_was_before_the_instant_is_not_seen():
    frames = {"device_use": frame("device_use", [used("a", "d", 1), used("a", "d", 5)])}
    assert seen(frames, since=hour(5)).collect().height == 1
    assert seen({}, since=hour(5)).collect().is_empty()
