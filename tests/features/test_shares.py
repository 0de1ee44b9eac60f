import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.features.shares import MOST, ratio, share

number = st.floats(0, 1e12)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(number, number), min_size=1, max_size=8))
def test_a_share_is_the_same_on_one_row_and_on_many(pairs):
    part, whole = (np.array(side) for side in zip(*pairs, strict=True))
    many = share(part, whole)
    alone = [share(part[i : i + 1], whole[i : i + 1])[0] for i in range(part.size)]
    np.testing.assert_array_equal(many, alone)
    assert np.array_equal(np.isnan(many), whole <= 0)
    assert not (many > MOST).any()


def test_what_is_missing_stays_missing():
    nan = float("nan")
    assert np.isnan(share(np.array([nan, 1.0]), np.array([1.0, nan]))).all()


def test_a_ratio_sets_the_first_against_the_second():
    d = ratio("x_share", ("比", "share"), "money", ("x", "y"))
    assert d.needs == ("x", "y")
    assert d.compute(np.array([1.0]), np.array([4.0]))[0] == 0.25
