from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from duanka.network.hops import share
from duanka.network.trace import TraceSettings, trace
from network.strategies_trace import hour, lead, leads_frame, transfer, transfers_frame

MOST = 2**61


@given(st.integers(1, MOST), st.floats(0, 1), st.floats(0, 1))
@hypothesis_settings(max_examples=300, deadline=None)
def test_the_share_is_exact_however_large_the_sums(balance, fen_share, taint_share):
    fen = min(int(balance * fen_share), balance)
    taint = min(int(balance * taint_share), balance)
    assert share(fen, taint, balance) == fen * taint // balance


@given(st.integers(1, 50), st.data())
def test_the_share_never_exceeds_what_is_paid_or_what_is_tainted(balance, data):
    fen, taint = (data.draw(st.integers(0, balance)) for _ in range(2))
    part = share(fen, taint, balance)
    assert 0 <= part <= min(fen, taint)
    assert taint - part <= balance - fen


def test_sums_of_a_trillion_yuan_add_up():
    big = 10**14
    rows = [
        transfer(0, 0, "V", "M", big, payee_told=3 * big),
        transfer(1, 1, "M", "N", big // 7),
        transfer(2, 2, "N", "M", big // 9),
    ]
    s = TraceSettings(attribution="pro_rata")
    asked = leads_frame([lead("l", 1, "M", big)])
    t = trace(transfers_frame(rows), asked, as_of=hour(9), settings=s)
    assert t.flow["tainted_fen"].to_list()[:2] == [big, big // 7 * big // (3 * big)]
    assert t.holding["left_fen"].sum() == big
