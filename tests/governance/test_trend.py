import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from duanka.governance import trend


def test_ranges_are_those_of_the_exact_binomial_on_a_thousand_cases():
    rng = np.random.default_rng(5)
    x, y = rng.poisson(6, 1000).astype(float), rng.poisson(9, 1000).astype(float)
    n, m = rng.uniform(100, 9000, 1000), rng.uniform(100, 9000, 1000)
    told = trend.change((x, n), (y, m), interval_share=0.95)
    for i in np.flatnonzero(x + y > 0):
        low, high = proportion_confint(x[i], x[i] + y[i], alpha=0.05, method="beta")
        ends = [
            0.0 if low == 0 else m[i] / n[i] * low / (1 - low),
            np.inf if high == 1 else m[i] / n[i] * high / (1 - high),
        ]
        assert [told.lower[i], told.upper[i]] == pytest.approx(ends, rel=1e-9)
    both = (x > 0) & (y > 0)
    assert told.ratio[both] == pytest.approx((x / n / (y / m))[both])


def test_the_range_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(6)
    n, m, ratio = 2000.0, 3000.0, 1.7
    x, y = rng.poisson(n * 0.01 * ratio, 2000), rng.poisson(m * 0.01, 2000)
    told = trend.change((x, np.full(2000, n)), (y, np.full(2000, m)), interval_share=0.9)
    held = ((told.lower <= ratio) & (ratio <= told.upper)).mean()
    assert held >= stats.binom.ppf(0.001, 2000, 0.9) / 2000


def test_a_rank_is_sure_where_units_are_far_apart_and_open_where_they_are_not():
    low, high = trend.rank_range(
        np.array([4000.0, 2000.0, 1000.0]), np.full(3, 100.0), seed=1, interval_share=0.95
    )
    assert low.tolist() == high.tolist() == [1, 2, 3]
    low, high = trend.rank_range(np.full(20, 5.0), np.full(20, 5.0), seed=1, interval_share=0.95)
    assert (high - low > 10).all()
    again = trend.rank_range(np.full(20, 5.0), np.full(20, 5.0), seed=1, interval_share=0.95)
    assert (again[0] == low).all()
