import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.features import live_links, live_state

pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40)


@settings(max_examples=40, deadline=None)
@given(pairs)
def test_pairs_are_found_again_and_only_they(met):
    memory = live_state.fresh()
    for a, b in met:
        live_links.link(memory.book, memory.links, memory.slots, a, b)
    assert memory.book[live_state.LINKS] == len(set(met))
    longer = np.full(512, live_state.NONE, dtype=np.int32)
    live_links.place_all(memory.links, longer, int(memory.book[live_state.LINKS]))
    for a in range(10):
        for b in range(10):
            for slots in (memory.slots, longer):
                assert (live_links.find(memory.links, slots, a, b) >= 0) == ((a, b) in met)


def test_marks_and_times_share_a_number_and_leave_each_other_alone():
    memory = live_state.fresh()
    line = live_links.link(memory.book, memory.links, memory.slots, 1, 2)
    live_links.set_met(memory.links, line, 1_777_000_000_000_000)
    assert live_links.mark(memory.links, line, 4)
    assert not live_links.mark(memory.links, line, 4)
    assert live_links.met_at(memory.links, line) == 1_777_000_000_000_000
