"""Networks from one day to the next: a run that is given the run before keeps the ids of its networks."""

import datetime as dt

import polars as pl
import pytest

from duanka.jobs.progress import Progress
from duanka.jobs.run import run
from duanka.settings import Settings
from network.ring_room import AS_OF, frame, town
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
