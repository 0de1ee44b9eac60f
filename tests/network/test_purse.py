from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from duanka.network.purse import share

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
