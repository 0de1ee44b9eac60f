"""Carried values against a twin in plain loops that remembers everything it must."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.features import carry as c
from duanka.features import flags as f
from duanka.features.spec import DAY, HOUR

T = 1_770_000_000_000_000


def twin(moves, size):
    """(depth, cycle, gather) of each move: (payer, payee, at, amount, ok)."""
    lots = {n: [] for n in range(size)}  # payee → (at, amount, payer, source, source2, depth)
    waiting, out = [], []
    for payer, payee, at, amount, ok in moves:
        for to, lot in [w for w in waiting if w[1][0] < at]:
            lots[to] = [*lots[to], lot][-c.LOTS :]
        waiting = [w for w in waiting if w[1][0] >= at]
        if payer >= size or payer == payee:
            out.append((0, 0, 0))
            continue
        fed = [m for m in lots[payer] if m[0] >= at - c.FAR and m[1] * c.FED_SHARE >= amount]
        back = [n for m in fed for n, who in ((2, m[2]), (3, m[3]), (4, m[4])) if who == payee]
        near = [m for m in fed if m[0] >= at - c.NEAR]
        depth = max([1, *(min(m[5] + 1, c.MOST_DEPTH) for m in near)])
        source = source2 = None
        if near:
            # of lots of one instant the first in the ring speaks; see ring_order
            newest = max(near, key=lambda m: m[0])
            source, source2 = newest[2], newest[3]
        others = set()
        if source is not None and payee < size:
            others = {m[2] for m in lots[payee] if m[0] >= at - c.FAR and m[3] == source} - {payer}
        gather = 0 if source is None else min(1 + len(others), f.FIELD)
        out.append((depth, min(back, default=0), gather))
        if ok and payee < size:
            waiting.append((payee, (at, amount, payer, source, source2, depth)))
    return out


def carried(moves, size):
    payer, payee, at, amount, ok = (np.array(x, dtype=np.int64) for x in zip(*moves, strict=True))
    bits = c.carry(payer, payee, at, amount, ok != 0, size)
    shifts = (f.DEPTH_SHIFT, f.CYCLE_SHIFT, f.GATHER_SHIFT)
    return [tuple(int(b >> s) & f.FIELD for s in shifts) for b in bits]


step = st.tuples(
    st.integers(0, 4), st.integers(0, 5), st.sampled_from([1, HOUR, DAY, 4 * DAY, 31 * DAY]),
    st.sampled_from([10, 30, 31, 100]), st.sampled_from([1, 1, 1, 0]),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(step, min_size=1, max_size=40))
def test_carried_values_agree_with_plain_loops(steps):
    at, moves = T, []
    for payer, payee, gap, amount, ok in steps:
        at += gap
        moves.append((payer, payee, at, amount, ok))
    assert carried(moves, 5) == twin(moves, 5)


def test_depth_grows_by_one_a_layer_and_stops_at_six():
    moves = [(n, n + 1, T + n * HOUR, 100, 1) for n in range(9)]
    assert [d for d, _, _ in carried(moves, 20)] == [1, 2, 3, 4, 5, 6, 6, 6, 6]


def test_money_of_the_same_instant_is_not_seen():
    assert carried([(0, 1, T, 100, 1), (1, 2, T, 100, 1)], 5) == [(1, 0, 0), (1, 0, 0)]
    assert carried([(1, 2, T, 100, 1), (0, 1, T, 100, 1)], 5) == [(1, 0, 0), (1, 0, 0)]


def test_a_failed_transfer_tells_what_it_would_have_carried_and_leaves_nothing():
    moves = [(0, 1, T, 100, 1), (1, 2, T + 1, 100, 0), (2, 3, T + 2, 100, 1)]
    assert [d for d, _, _ in carried(moves, 5)] == [1, 2, 1]


def test_money_that_comes_back_closes_a_loop_of_two_three_or_four():
    for length in (2, 3, 4):
        ring = [(n, (n + 1) % length, T + n * HOUR, 100, 1) for n in range(length)]
        assert carried(ring, 5)[-1][1] == length
    five = [(n, (n + 1) % 5, T + n * HOUR, 100, 1) for n in range(5)]
    assert carried(five, 5)[-1][1] == 0


def test_payers_of_one_source_are_counted_once_each():
    spread = [(0, n, T + n, 100, 1) for n in (1, 2, 3)]
    back = [(n, 9, T + DAY + i, 100, 1) for i, n in enumerate((1, 2, 1, 3))]
    assert [g for _, _, g in carried(spread + back, 10)][3:] == [1, 2, 2, 3]


def test_too_small_a_sum_feeds_nothing_and_cash_remembers_nothing():
    assert carried([(0, 1, T, 33, 1), (1, 2, T + 1, 100, 1)], 5)[1] == (1, 0, 0)
    assert carried([(0, 9, T, 100, 1), (9, 1, T + 1, 100, 1), (1, 2, T + 2, 100, 1)], 5) == [
        (1, 0, 0), (0, 0, 0), (1, 0, 0)
    ]  # fmt: skip


def test_no_transfers_carry_nothing():
    none = np.zeros(0, dtype=np.int64)
    assert c.carry(none, none, none, none, none != 0, 0).size == 0
