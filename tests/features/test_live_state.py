from duanka.features import live_state


def test_longer_arrays_keep_what_they_hold_and_begin_new_lines_as_nothing():
    cards = live_state.fresh().cards[:2].copy()
    cards[1, live_state.C_HOLDER] = 9
    longer = live_state.with_room(cards, 5, live_state.FRESH["cards"])
    assert longer[1, live_state.C_HOLDER] == 9
    assert longer[4, live_state.C_HOLDER] == live_state.NONE
    assert live_state.with_room(longer, 3) is longer
