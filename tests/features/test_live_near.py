from duanka.features import flags as f
from duanka.features import live_enter, live_links, live_near, live_state, taint


def test_counterparties_of_ninety_days_are_told_once_each_way():
    st, now = live_state.fresh(), 1_777_000_000_000_000
    for payer, payee, sent in ((1, 2, now - 5), (3, 1, now - 5), (1, 4, now - taint.SPAN - 1)):
        line = live_enter.paid_link(st, payer, payee)
        live_links.set_met(st.links, line, sent)
    expected = [[2, taint.PAYEE | f.LEAD], [3, taint.PAYER | f.LEAD]]
    assert live_near.touched(st, 1, now, f.LEAD).tolist() == expected
    assert live_near.touched(st, 1, now, f.LEAD).tolist() == []
    assert len(live_near.touched(st, 1, now, f.LABEL)) == 2
