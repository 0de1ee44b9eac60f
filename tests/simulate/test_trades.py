import numpy as np
import pytest

from duanka.simulate.scene import CRYPTO, MERCHANTS, OUTSIDE, OVERSEAS
from duanka.simulate.trades import trades
from town import morning


@pytest.fixture(scope="module")
def traded():
    return trades(morning()[0], np.random.default_rng(2))


def test_honest_accounts_collect_from_many_in_a_day(traded):
    moves, _ = traded
    key = moves.payee * 1_000 + moves.at // 86_400
    own = moves.payee < OUTSIDE
    assert np.unique(key[own], return_counts=True)[1].max() >= 20


def test_honest_accounts_pay_many_in_a_day(traded):
    moves, _ = traded
    own = moves.payer < OUTSIDE
    key = moves.payer[own] * 1_000 + moves.at[own] // 86_400
    assert np.unique(key, return_counts=True)[1].max() >= 10


def test_honest_money_leaves_by_the_same_ways(traded):
    moves, _ = traded
    assert (moves.payee >= CRYPTO).any()
    assert ((moves.payee >= OVERSEAS) & (moves.payee < CRYPTO)).any()
    assert ((moves.payee >= MERCHANTS) & (moves.payee < OVERSEAS)).any()


def test_honest_calls_precede_honest_first_payments(traded):
    moves, calls = traded
    assert len(calls.at) > 50
    assert moves.fen.min() > 0
    assert (calls.caller != calls.callee).mean() > 0.95
