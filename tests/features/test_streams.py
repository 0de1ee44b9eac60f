import numpy as np
import pytest

from duanka.features.replay import Events
from features_room import asker, hamlet


@pytest.fixture(scope="module")
def town():
    return asker(hamlet())


def streams_of(s):
    found = {**vars(s), **vars(s.applications)}
    return {n: e for n, e in found.items() if isinstance(e, Events)}


def test_every_stream_of_a_town_speaks_in_the_order_of_arrival(town):
    found = streams_of(town.streams)
    assert len(found) == 14
    for name, events in found.items():
        assert events.at.size or name == "companions", name
        assert (np.diff(events.known_at) >= 0).all(), name
        assert (events.known_at >= events.at).all(), name
        assert (events.key >= 0).all(), name
        assert all(c.dtype == np.int64 and c.flags.c_contiguous for c in events), name


def test_no_reserved_account_has_a_history(town):
    reserved = town.records.accounts.reserved
    assert reserved.any()
    assert not reserved[town.streams.transfers.key].any()


def test_a_transfer_stands_beside_what_it_came_with(town):
    t, s = town.records.transfers, town.streams
    assert t.at.size == s.event_bits.size == s.last_call_s.size == s.first_transfers.size
    assert (s.event_bits & t.flags == t.flags).all()
    assert town.records.calls.at.size == s.first_calls.size
