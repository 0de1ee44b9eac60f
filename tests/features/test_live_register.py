from duanka.features import live_state as s
from duanka.features.live_near import chained
from duanka.features.live_register import Entry


def test_a_holders_cards_hang_newest_first_and_move_with_the_holder():
    st = s.fresh()
    for card, opened in ((1, 10), (2, 30), (3, 20)):
        assert Entry(0, 0, opened, -1, -1, -1).put(st, card)
    assert not Entry(0, 0, 10, -1, -1, -1).put(st, 1)
    assert chained(st.cards, st.holders[0, s.H_CARDS], s.C_NEXT_HELD).tolist() == [2, 3, 1]
    assert Entry(0, 7, 20, -1, -1, -1).put(st, 3)
    assert chained(st.cards, st.holders[0, s.H_CARDS], s.C_NEXT_HELD).tolist() == [2, 1]
    assert st.holders[[0, 7], s.H_ACCOUNTS].tolist() == [2, 1]
