import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duanka.models.peers import chance, either, lifted, standing

COLUMNS = {"money": (0, 1), "contacts": (2,)}


def cards(n=1000, seed=0):
    return np.random.default_rng(seed).pareto(1.5, (n, 3)).astype(np.float32)


def test_who_is_foremost_in_every_column_stands_out_most():
    X = cards()
    X[7] = X.max(axis=0) + 1
    found = standing(X, COLUMNS)
    assert found.far.argmax() == 7
    assert found.families == ("money", "contacts")
    assert found.outstanding[7].all()
    assert abs(found.far.mean()) < 1e-9


def test_units_and_scale_do_not_matter():
    X = cards()
    np.testing.assert_allclose(standing(X * 1000, COLUMNS).far, standing(X, COLUMNS).far)


def test_an_unknown_value_neither_raises_nor_lowers_and_an_unknown_column_says_nothing():
    X = cards()
    X[3] = np.nan
    X[4] = np.median(X[~np.isnan(X[:, 0])], axis=0)
    found = standing(X, COLUMNS)
    assert found.far[3] == pytest.approx(found.far[4], abs=0.05)
    X[:, 2] = np.nan
    found = standing(X, COLUMNS)
    assert found.families == ("money",)
    assert found.columns == (0, 1)


def test_with_nothing_known_nobody_stands_out():
    found = standing(np.full((10, 3), np.nan, np.float32), COLUMNS)
    assert found.far.tolist() == [0.0] * 10
    assert found.outstanding.shape == (10, 0)


@given(st.lists(st.floats(-50, 50), min_size=1), st.floats(0.0, 1.0))
def test_a_chance_grows_with_standing_out_and_is_bounded(far, score):
    found = chance(np.sort(np.array(far)), base=0.002, slope=1.0, most=0.3)
    assert (np.diff(found) >= 0).all()
    assert (found <= 0.3).all()
    both = either(np.full(len(far), score), found)
    assert (both >= score - 1e-12).all()
    assert (both <= 1).all()


@given(st.floats(0.0, 1.0), st.floats(-20, 20), st.floats(0.1, 2.0))
def test_standing_out_raises_a_score_and_standing_in_nothing_lowers_it(score, far, weight):
    found = lifted(np.full(2, score), np.array([far, 0.0]), weight=weight)
    assert (found >= 0).all()
    assert (found <= 1).all()
    assert found[1] == pytest.approx(score, abs=1e-8)
    assert (found[0] - found[1]) * far >= 0
