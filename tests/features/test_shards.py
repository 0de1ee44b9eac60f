from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from duanka.features import replay
from duanka.features.room import Room
from duanka.features.shards import Filling, by_range, cut

FEW = Room(np.zeros, 4)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.integers(1, 12))
def test_ranges_hold_every_key_and_no_more_events_than_fit_but_for_single_keys(counts, at_once):
    edges = cut(np.array(counts, dtype=np.int64), at_once).tolist()
    assert edges[0] == 0
    assert edges[-1] == len(counts)
    for begin, end in pairwise(edges):
        assert begin < end
        assert sum(counts[begin:end]) <= at_once or end - begin == 1


@given(st.lists(st.integers(-1, 6), max_size=40))
def test_every_position_of_a_key_comes_once_and_in_order(keys):
    key = np.array(keys, dtype=np.int64)
    found = [part.tolist() for part in by_range(key, FEW, 7)]
    assert sorted(n for part in found for n in part) == [
        n for n, one in enumerate(keys) if one >= 0
    ]
    assert all(part == sorted(part) for part in found)


def test_events_lie_in_their_keys_range_in_order_of_arrival():
    key = np.array([3, 0, 3, 5, 0], dtype=np.int64)
    at = np.array([10, 20, 30, 40, 50], dtype=np.int64)
    zeros = np.zeros(5, dtype=np.int64)
    filling = Filling(np.bincount(key, minlength=6), Room(np.zeros, 2))
    for part in (slice(0, 2), slice(2, 5)):
        columns = (one[part] for one in (key, zeros, at, zeros, zeros, at))
        filling.add(replay.Events(*columns))
    made = filling.done()
    told = [
        (int(made.edges[n] + k), int(when))
        for n, one in enumerate(made.parts)
        for k, when in zip(one.key, one.at, strict=True)
    ]
    assert sorted(told) == sorted(zip(key.tolist(), at.tolist(), strict=True))
    for mine in set(key.tolist()):
        assert [t for k, t in told if k == mine] == at[key == mine].tolist()
    assert made.begun == 10
    assert made.of(np.array([0, 3, 5])).tolist() == [0, *(int(np.searchsorted(made.edges, k, side="right")) - 1 for k in (3, 5))]  # fmt: skip
