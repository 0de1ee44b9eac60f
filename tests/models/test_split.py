from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.models.split import holder_chance, split


def rows(seed: int, count: int = 3_000, holders: int = 400, rate: float = 0.05, instants: int = 50):
    chance = np.random.default_rng(seed)
    group = chance.integers(0, holders, count)
    bad = chance.random(holders) < rate
    y = (bad[group] & (chance.random(count) < 0.7)).astype(np.int8)
    return y, group, chance.integers(0, instants, count) * 10


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 50]), st.sampled_from([0.0, 0.01, 0.3]))
def test_no_holder_and_no_row_is_on_both_sides(seed, instants, rate):
    y, group, at = rows(seed, 400, 120, rate, instants)
    sides = split(y, group, at, seed=seed)
    assert not (sides.early & sides.late).any()
    assert not np.intersect1d(group[sides.early], group[sides.late]).size
    if sides.by_time:
        assert at[sides.early].max() < at[sides.late].min()


def test_the_late_side_keeps_the_true_share_of_implicated_rows():
    y, group, at = rows(4, 20_000, 12_000, 0.02)
    sides = split(y, group, at, seed=4)
    late = at >= at[sides.late].min()
    weight = sides.late_weight * sides.late
    assert sides.by_time
    assert sides.late.sum() < late.sum()
    np.testing.assert_allclose(weight.sum(), late.sum())
    np.testing.assert_allclose((weight * y).sum(), (late & (y == 1)).sum())


def test_one_instant_is_divided_by_holder_alone():
    y, group, _ = rows(1)
    sides = split(y, group, np.zeros(len(y), np.int64), seed=1)
    assert not sides.by_time
    assert (sides.early | sides.late).all()
    assert 0.15 < sides.late.mean() < 0.35


def test_all_implicated_late_is_divided_by_holder_alone():
    y, group, at = rows(1)
    assert not split(y, group, np.where(y == 1, 900, at), seed=1).by_time


def test_a_holder_has_the_same_chance_wherever_it_stands():
    holders = np.arange(10_000)
    chance = holder_chance(holders, 3)
    assert (holder_chance(holders[::-1], 3)[::-1] == chance).all()
    assert (holder_chance(holders, 4) != chance).mean() > 0.99
    assert abs(chance.mean() - 0.5) < 0.02
    assert chance.min() >= 0
    assert chance.max() < 1
