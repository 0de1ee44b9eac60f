import polars as pl

from duanka import tables
from duanka.jobs.discover import discover, with_networks
from network.ring_room import AS_OF, REGIME, town

CARDS = ("a1", "a2", "a3", "a4", "b1", "b2", "b3", "w", "v")


def score():
    rows = [
        {
            "card_kind": "account", "card_id": c, "as_of": AS_OF, "score": 0.1, "tier": "normal", "measure": "allow",
            "reasons": [], "network_id": None, "model_version": "m", "policy_version": "p",
        } for c in CARDS
    ]  # fmt: skip
    return tables.typed("score", pl.DataFrame(rows, schema_overrides={"network_id": pl.String}))


def found(earlier=None, frames=None):
    given, told = town()
    return discover(frames or given, scores=told, as_of=AS_OF, regime=REGIME, earlier=earlier)


def test_the_table_is_that_of_the_contract_and_lists_the_strong_only():
    one = found()
    assert one.network.columns == [info.name for info in tables.columns("network")]
    assert one.network["network_id"].n_unique() == 2
    assert one.network.height <= one.networks.members.height
    assert one.history.is_empty()


def test_a_days_networks_keep_the_ids_of_the_day_before():
    frames, told = town()
    frames["device_use"] = frames["device_use"].filter(pl.col("card_id") != "a3")
    early = told.filter(pl.col("card_id") != "a3")
    before = discover(frames, scores=early, as_of=AS_OF, regime=REGIME)
    after = found(earlier=before.network)
    assert set(after.network["network_id"]) == set(before.network["network_id"])
    assert set(after.networks.links["network_id"]) == set(before.network["network_id"])
    assert set(after.history["fate"]) == {"continued"}
    assert set(found().network["network_id"]) != set(before.network["network_id"])


def test_judged_cards_get_their_network_and_the_others_none():
    one = found()
    joined = with_networks(score(), one.network)
    assert joined.columns == score().columns
    assert joined["card_id"].to_list() == list(CARDS)
    told = dict(zip(joined["card_id"], joined["network_id"], strict=True))
    assert told["a1"] == told["a4"] != told["b1"]
    assert told["w"] is None
    assert told["v"] is None
