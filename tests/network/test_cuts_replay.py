import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.network.cuts_replay import OUTSIDE, Past, room, stopped


def past(rows, accounts=4):
    """Payments as (payer, payee, amount, entry), all of weight one."""
    payer, payee, amount, entry = (list(c) for c in zip(*rows, strict=True))
    return Past(
        np.array(payer, np.int64), np.array(payee, np.int64), np.array(amount, np.int64),
        np.array(entry, np.float64), np.ones(len(rows)), accounts,
    )  # fmt: skip


def lost(some, *which):
    blocked = np.zeros(len(some.payer), np.bool_)
    blocked[list(which)] = True
    return stopped(some, blocked, room(some))


LINE = past([(OUTSIDE, 0, 100, 100.0), (0, 1, 90, 0.0), (1, OUTSIDE, 90, 0.0)])


def test_what_is_stopped_early_does_not_move_on():
    assert lost(LINE) == 0
    assert lost(LINE, 0) == 280
    assert lost(LINE, 1) == 180
    assert lost(LINE, 2) == 90
    assert lost(LINE, 0, 2) == 280


def test_where_sums_mix_the_rest_flows_on_in_proportion():
    two = past([(OUTSIDE, 0, 60, 60.0), (OUTSIDE, 0, 40, 40.0), (0, OUTSIDE, 50, 0.0)])
    assert lost(two, 0) == 60 + 30
    assert lost(two, 0, 1) == 150


def test_an_account_passes_on_no_more_illicit_money_than_it_got():
    some = past([(OUTSIDE, 0, 10, 10.0), (0, OUTSIDE, 1_000, 0.0)])
    assert lost(some, 1) == 10


row = st.tuples(st.integers(-1, 3), st.integers(-1, 3), st.integers(1, 50), st.booleans()).map(
    lambda r: (r[0], r[1], r[2], float(r[2]) if r[0] < 0 and r[3] else 0.0)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(row, min_size=1, max_size=14), st.data())
def test_overlaps_count_once_and_every_further_action_adds_less(rows, data):
    some = past(rows)
    every = st.sets(st.integers(0, len(rows) - 1))
    small, more, one = data.draw(every), data.draw(every), data.draw(every)
    large = small | more
    gain = lost(some, *(small | one)) - lost(some, *small)
    assert gain >= -1e-9
    assert lost(some, *(large | one)) - lost(some, *large) <= gain + 1e-6
