"""Networks from one day to the next: a run that is given the run before keeps the ids of its networks."""

import datetime as dt

import polars as pl
import pytest

from duanka.jobs.progress import Progress
from duanka.jobs.run import run
from duanka.settings import Settings
from network.ring_room import AS_OF, REGIME, T0, frame, town, used
from shell import duanka, refused

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    """Two runs on consecutive days; on the second, one more card of the first ring is confirmed."""
    root = tmp_path_factory.mktemp("days")
    frames, told = town()
    bad = sorted(told.filter(pl.col("score") > 0.5)["card_id"])
    frames["label"] = frame(
        "label",
        [{"card_kind": "account", "card_id": card, "implicated": True, "source": "police",
          "known_at": AS_OF - (DAY / 2 if card == "a3" else 9 * DAY), "implicated_at": AS_OF - 10 * DAY}
         for card in bad],
    )  # fmt: skip
    # until then nobody had seen its device
    late = pl.when(pl.col("card_id") == "a3").then(AS_OF - DAY / 2).otherwise("at").alias("at")
    frames["device_use"] = frames["device_use"].with_columns(late).sort("at")
    for name, rows in frames.items():
        (root / "data").mkdir(exist_ok=True)
        rows.write_parquet(root / "data" / f"{name}.parquet")
    for out, as_of, earlier in (("one", AS_OF - DAY, None), ("two", AS_OF, root / "one")):
        run(root / "data", root / out, as_of=as_of.isoformat(), model=None, fmt="parquet",
            settings=Settings(threads=1), say=Progress(), earlier=earlier)  # fmt: skip
    return root


def ids(root, name):
    rows = pl.read_parquet(root / name / "network.parquet")
    cards = rows.filter(pl.col("subject_kind").cast(pl.String) == "account")
    return dict(cards.select("subject_id", "network_id").rows())


def test_a_network_keeps_its_id_when_a_card_joins(days):
    one, two = ids(days, "one"), ids(days, "two")
    assert one
    assert {card: two.get(card) for card in one} == one
    assert set(one) < set(two)


def test_what_became_of_each_network_is_told(days):
    history = pl.read_parquet(days / "two" / "network_history.parquet")
    assert set(history["network_id"]) == set(ids(days, "two").values())
    assert set(history["fate"].cast(pl.String)) == {"continued"}
    assert not (days / "one" / "network_history.parquet").exists()


def test_cards_and_roles_name_the_same_ids(days):
    known = set(ids(days, "two").values())
    for table in ("score", "role", "action"):
        named = pl.read_parquet(days / "two" / f"{table}.parquet")["network_id"].drop_nulls()
        assert set(named) <= known


def test_a_folder_without_networks_is_refused(days, tmp_path):
    said = refused(duanka("run", days / "data", "--out", tmp_path / "x", "--earlier", tmp_path))
    assert "--earlier" in said.err


RING_A, RING_B = ["a1", "a2", "a3", "a4"], ["b1", "b2", "b3"]


def cards_by_network(root, name):
    found = {}
    for card, network in sorted(ids(root, name).items()):
        found.setdefault(network, []).append(card)
    return found


def fates(root, name):
    rows = pl.read_parquet(root / name / "network_history.parquet")
    return {n: (fate, sorted(came)) for n, fate, came in rows.select("network_id", pl.col("fate").cast(pl.String), "from_ids").rows()}  # fmt: skip


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    """Four runs: two rings on one device; which is then too long ago; meet again on another; all cleared on appeal."""
    root = tmp_path_factory.mktemp("life")
    frames, told = town()
    past = T0 + DAY * int(REGIME.number("networks.horizon_days"))
    days = {"joined": AS_OF, "apart": past + DAY / 3, "met": past + 2 * DAY, "over": past + 4 * DAY}
    bad = sorted(told.filter(pl.col("score") > 0.5)["card_id"])
    says = [(card, True, "police", AS_OF - 9 * DAY) for card in bad]
    says += [(card, False, "appeal", past + 3 * DAY) for card in RING_A + RING_B]
    frames["label"] = frame(
        "label",
        [{"card_kind": "account", "card_id": card, "implicated": yes, "source": source, "known_at": at}
         for card, yes, source, at in says],
    )  # fmt: skip
    again = 24.0 * (past + DAY - T0).days
    seen = [used(card, "dX", k) for card in RING_A + RING_B for k in range(4)]
    seen += [used(card, "dY", again + k) for card in RING_A + RING_B for k in range(4)]
    frames["device_use"] = pl.concat([frames["device_use"], frame("device_use", seen)]).sort("at")
    (root / "data").mkdir()
    for name, rows in frames.items():
        rows.write_parquet(root / "data" / f"{name}.parquet")
    earlier = None
    for out, as_of in days.items():
        run(root / "data", root / out, as_of=as_of.isoformat(), model=None, fmt="parquet",
            settings=Settings(threads=1), say=Progress(), earlier=earlier)  # fmt: skip
        earlier = root / out
    return root


def test_what_tied_two_rings_is_too_long_ago_and_they_split(life):
    (one,) = cards_by_network(life, "joined")
    apart = cards_by_network(life, "apart")
    assert sorted(map(tuple, apart.values())) == [tuple(RING_A), tuple(RING_B)]
    assert apart[one] == RING_A
    told = fates(life, "apart")
    assert told.pop(one) == ("continued", [one])
    assert list(told.values()) == [("split", [one])]


def test_two_networks_that_meet_are_one_again_under_the_larger_ones_id(life):
    (one,) = cards_by_network(life, "joined")
    assert cards_by_network(life, "met") == {one: RING_A + RING_B}
    assert fates(life, "met")[one] == ("merged", sorted(cards_by_network(life, "apart")))


def test_a_network_whose_cards_were_all_cleared_is_closed(life):
    (one,) = cards_by_network(life, "met")
    assert cards_by_network(life, "over") == {}
    assert fates(life, "over") == {one: ("closed", [one])}
