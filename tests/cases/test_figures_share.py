"""Shares and quantiles, against another program's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from duanka.cases.figures_share import Share, quantile


@given(st.integers(0, 50), st.integers(0, 50))
def test_bounds_are_wilsons(count, more):
    found = Share(count, count + more)
    if count + more:
        low, high = proportion_confint(count, count + more, alpha=0.05, method="wilson")
        assert found.bounds == pytest.approx((low, high), abs=1e-4)
    else:
        assert found.bounds == (0.0, 1.0)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.floats(0, 1))
def test_a_quantile_is_that_of_numpy(values, share):
    assert quantile(values, share) == pytest.approx(np.quantile(values, share))
