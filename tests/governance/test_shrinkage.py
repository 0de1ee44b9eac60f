import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from duanka.governance import shrinkage

CASES = 1000


def cases(seed, variance=0.4):
    rng = np.random.default_rng(seed)
    expected = np.exp(rng.normal(0, 1.5, CASES))
    return rng.poisson(expected * rng.gamma(1 / variance, variance, CASES)).astype(float), expected


def test_intervals_are_those_of_the_gamma_distribution_on_a_thousand_cases():
    counted, expected = cases(1)
    told = shrinkage.posterior(counted, expected, 0.4, interval_share=0.95)
    law = stats.gamma(2.5 + counted, scale=1 / (2.5 + expected))
    assert told.mean == pytest.approx(law.mean(), rel=1e-12)
    assert told.lower == pytest.approx(law.ppf(0.025), rel=1e-9)
    assert told.upper == pytest.approx(law.ppf(0.975), rel=1e-9)
    raw = counted / expected
    assert (np.minimum(raw, 1) <= told.mean).all()
    assert (told.mean <= np.maximum(raw, 1)).all()


def test_tails_are_those_of_gamma_and_poisson_put_together_by_hand():
    counted, expected = cases(2)
    told = shrinkage.tail_share(counted, expected, np.full(CASES, 0.4))
    nodes, weights = np.polynomial.legendre.leggauss(400)
    share = (nodes + 1) / 2
    ratio = stats.gamma.ppf(share, 2.5, scale=0.4)
    for i in range(0, CASES, 20):
        by_hand = weights / 2 @ stats.poisson.sf(counted[i] - 1, expected[i] * ratio)
        assert told[i] == pytest.approx(by_hand, rel=2e-3, abs=1e-9)


def test_tails_and_funnels_are_scipys_negative_binomial_on_a_thousand_cases():
    counted, expected = cases(3)
    variance = np.exp(np.random.default_rng(4).normal(-1, 1, CASES))
    law = stats.nbinom(1 / variance, 1 / (1 + variance * expected))
    assert law.mean() == pytest.approx(expected, rel=1e-9)
    assert shrinkage.tail_share(counted, expected, variance) == pytest.approx(law.sf(counted - 1), rel=1e-7, abs=1e-300)  # fmt: skip
    low, high = shrinkage.funnel(expected, 0.4, share=0.95)
    fixed = stats.nbinom(2.5, 2.5 / (2.5 + expected))
    assert (low == fixed.ppf(0.025)).all()
    assert (high == fixed.ppf(0.975)).all()


@pytest.mark.parametrize("variance", [0.05, 0.4, 2.0])
def test_the_spread_that_made_the_counts_is_found_again(variance):
    found = [shrinkage.spread(*cases(seed, variance), usual=0.5) for seed in range(5)]
    assert np.mean(found) == pytest.approx(variance, rel=0.2, abs=0.02)


def test_bins_change_the_spread_by_next_to_nothing(monkeypatch):
    counted, expected = cases(3)
    plain = shrinkage.spread(counted, expected, usual=0.5)
    monkeypatch.setattr(shrinkage, "_BINS_FROM", 10)
    assert shrinkage.spread(counted, expected, usual=0.5) == pytest.approx(plain, rel=0.01)


def test_a_few_bad_units_do_not_make_themselves_ordinary():
    counted, expected = cases(4, 0.1)
    level, honest = shrinkage.ordinary(counted, expected, usual=0.5)
    assert level == pytest.approx(1.0, abs=0.1)
    big = np.argsort(expected)[-300::10]
    counted[big] += np.round(20 * expected[big])
    assert shrinkage.spread(counted, expected, usual=0.5) > 5 * honest
    level, variance = shrinkage.ordinary(counted, expected, usual=0.5)
    assert variance < 3 * honest
    assert level == pytest.approx(1.0, abs=0.15)


def test_one_bad_unit_among_twelve_stands_out_beside_the_others():
    expected = np.full(12, 30.0)
    counted = np.array([30, 25, 33, 28, 31, 35, 27, 26, 34, 29, 32, 160.0])
    held = shrinkage.held_to_chance(counted, expected, usual=0.5)
    out = shrinkage.stands_out(held.tails, false_share=0.05)
    assert np.flatnonzero(out).tolist() == [11]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.sampled_from([0.01, 0.05, 0.2]))
@settings(max_examples=60)
def test_those_that_stand_out_are_benjamini_and_hochbergs(tails, share):
    ours = shrinkage.stands_out(np.array(tails), false_share=share)
    theirs = multipletests(tails, alpha=share, method="fdr_bh")[0]
    differ = ours != theirs
    assert not differ.any() or min(abs(np.array(tails)[differ] * len(tails) / share % 1)) < 1e-6


def test_limits_of_a_funnel_hold_as_many_as_they_say_and_close_with_size():
    expected = np.array([1.0, 10.0, 100.0, 1000.0])
    low, high = shrinkage.funnel(expected, 0.1, share=0.95)
    law = stats.nbinom(10, 10 / (10 + expected))
    assert (law.cdf(high) - law.cdf(low - 1) >= 0.95).all()
    assert (np.diff((high - low) / expected) < 0).all()


def test_nothing_counted_is_never_outstanding():
    held = shrinkage.held_to_chance(np.zeros(5), np.ones(5), usual=0.5)
    assert (held.tails == 1).all()
    assert not shrinkage.stands_out(held.tails, false_share=0.05).any()
    assert (shrinkage.held_to_chance(np.zeros(1), np.ones(1), usual=0.5).tails == 1).all()


def batched(rng, expected, share):
    """Counts of ordinary units where a share of the cards brings two more."""
    return sum(
        size * rng.poisson(expected * part)
        for size, part in ((1, (1 - share) / (1 + 2 * share)), (3, share / (1 + 2 * share)))
    ).astype(float)


def test_cards_that_come_in_batches_are_known_for_it_and_accuse_nobody():
    rng = np.random.default_rng(5)
    expected = np.exp(rng.normal(-2.5, 1.2, 3_000))
    plain = shrinkage.clumping(rng.poisson(expected).astype(float), expected, usual=0.5)
    counted = batched(rng, expected, 0.1)
    clump = shrinkage.clumping(counted, expected, usual=0.5)
    assert plain < 0.1
    assert 0.3 < clump < 1.5  # the variance is 1.5 times the mean
    counted[:5], expected[:5] = 20.0, 1.0  # five bad ones neither hide nor become the habit of all
    after = shrinkage.clumping(counted, expected, usual=0.5)
    assert after == pytest.approx(clump, abs=0.1)
    held = shrinkage.held_to_chance(counted, expected, usual=0.5, clump=after)
    out = shrinkage.stands_out(held.tails, false_share=0.05)
    assert out[:5].all()
    assert out[5:].sum() == 0
    alone = shrinkage.held_to_chance(counted, expected, usual=0.5)
    assert shrinkage.stands_out(alone.tails, false_share=0.05)[5:].sum() > 0
