"""Streams worked out a part at a time answer as those in memory, value for value."""

import numpy as np
import pytest

from duanka.features import long_streams, records, room, shards, streams, vectors
from town import small_town


@pytest.fixture(scope="module")
def askers():
    town = small_town()
    until = max(town.tables[name]["at"].max() for name in ("transfer", "call"))
    built = records.build(town.tables, until)
    short = vectors.Asker(built, streams.build(built))
    few = room.Room(np.zeros, 700)
    parted = records.build(town.tables, until, room=few)
    return short, vectors.Asker(parted, long_streams.build(parted, few))


def test_the_town_is_cut_into_many_parts(askers):
    _, long = askers
    assert isinstance(long.streams.transfers, shards.Shards)
    assert len(long.streams.transfers.parts) > 5
    assert len(long.streams.uses.parts) > 5


def test_what_is_known_of_every_transfer_is_the_same(askers):
    short, long = (a.streams for a in askers)
    for name in ("event_bits", "last_call_s", "first_transfers", "first_calls"):
        np.testing.assert_array_equal(getattr(short, name), getattr(long, name), name)
    for mine, theirs in zip(short.paid, long.paid, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    for mine, theirs in zip(short.notices, long.notices, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("kind", ["account", "sim"])
def test_cards_have_the_same_vectors(askers, kind):
    found = []
    for asker in askers:
        cards = asker.records.accounts if kind == "account" else asker.records.sims
        ask = vectors.account_vectors if kind == "account" else vectors.sim_vectors
        some = cards.judged[::3]
        # at several instants, so that what comes later is told apart
        at = asker.records.as_of - (np.arange(some.size) % 40) * 86_400_000_000
        found.append(ask(asker, some, at))
    np.testing.assert_array_equal(*found)


def test_transfers_and_calls_have_the_same_vectors(askers):
    for kind in ("transfers", "calls"):
        ask = vectors.transfer_vectors if kind == "transfers" else vectors.call_vectors
        which = np.arange(0, getattr(askers[0].records, kind).at.size, 7)
        np.testing.assert_array_equal(*(ask(asker, which) for asker in askers))
