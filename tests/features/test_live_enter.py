from duanka.features import live_enter, live_state


def test_a_card_seen_twice_at_an_instant_asks_for_an_order():
    st = live_state.fresh()
    st.waiting[:3] = [[live_state.USE, 7, card, -1, 0, 0, 0, *[-1] * 8] for card in (1, 2, 1)]
    st.book[live_state.WAITING] = 2
    assert not live_enter.unordered(st, 8)
    st.book[live_state.WAITING] = 3
    assert live_enter.unordered(st, 9)
