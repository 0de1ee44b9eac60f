import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from duanka.features.room import Room, in_memory, stretches


def test_rows_are_worked_on_in_stretches_that_leave_none_out():
    assert Room(np.zeros, 4).slices(9) == [slice(0, 4), slice(4, 8), slice(8, 9)]
    assert Room(np.zeros, 4).slices(0) == [slice(0, 0)]
    assert in_memory().slices(9) == [slice(0, 9)]


@given(st.lists(st.integers(0, 300), max_size=60), st.integers(1, 20), st.integers(1, 40))
def test_windows_are_whole_follow_one_another_and_hold_every_instant(at, at_once, span):
    instants = np.array(sorted(at), dtype=np.int64)
    found = stretches(instants, span, Room(np.zeros, at_once))
    assert all(begin % span == end % span == 0 for begin, end in found)
    assert [end for _, end in found[:-1]] == [begin for begin, _ in found[1:]]
    if at:
        assert found[0][0] <= instants[0]
        assert found[-1][1] > instants[-1]
