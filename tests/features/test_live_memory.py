import numpy as np

from duanka.features import live_links, live_memory, live_state
from duanka.features.live_events import Names


def test_room_grows_until_the_events_fit():
    st = live_state.fresh()
    assert live_memory.spare(st) < 100
    assert live_memory.spare(live_memory.grown(st, 100)) >= 100


def test_what_is_saved_comes_back_and_stays_the_savers_own():
    st, names = live_state.fresh(), Names()
    for n in range(30):
        names.card(0, f"a{n}")
        live_links.link(st.book, st.links, st.slots, n, n + 1)
    st = live_memory.named(st, names)
    saved = live_memory.save(st, names)
    again = live_memory.restore(saved)
    assert live_links.find(again.links, again.slots, 7, 8) == 7
    again.cards[0, live_state.C_HOLDER] = 5
    assert saved["cards"][0, live_state.C_HOLDER] == live_state.NONE
    np.testing.assert_array_equal(again.links[:30], st.links[:30])
