from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.governance import grain


@given(st.lists(st.floats(0, 1_000), min_size=1, max_size=40), st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_sums_are_the_same_in_any_order_and_exact(values, chance):
    parts = grain.cards(np.array(values)).tolist()
    exact = sum(Fraction(one) for one in parts)
    chance.shuffle(parts)
    assert Fraction(float(np.sum(parts))) == exact
    assert Fraction(float(np.cumsum(parts)[-1])) == exact


@given(st.floats(0, 1), st.sampled_from([(grain.shares, 20), (grain.cards, 36)]))
@settings(max_examples=50)
def test_the_nearest_part_is_taken(value, how):
    told, bits = how
    (found,) = told(np.array([value])).tolist()
    assert Fraction(found) == Fraction(round(Fraction(value) * 2**bits), 2**bits)
