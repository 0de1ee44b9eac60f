from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from duanka.models.logistic import drawn_logistic


def example():
    chance = np.random.default_rng(0)
    design = np.column_stack([chance.normal(size=(500, 2)), np.ones(500)])
    y = chance.random(500) < 1 / (1 + np.exp(-(design @ [2.0, -1.0, -1.0])))
    return design, y, chance.uniform(0.5, 2, 500)


def test_drawn_to_zero_it_is_ridge_regression():
    design, y, weight = example()
    pull = np.array([2.0, 2.0, 1e-9])
    ours = drawn_logistic(design, y, weight, aim=np.zeros(3), pull=pull)
    peer = LogisticRegression(C=0.5, tol=1e-10).fit(design[:, :2], y, weight)
    np.testing.assert_allclose(ours, [*peer.coef_[0], peer.intercept_[0]], atol=1e-4)


def test_a_strong_pull_keeps_the_aim_and_a_weak_one_lets_go():
    design, y, weight = example()
    aim = np.array([5.0, 5.0, 0.0])
    held = drawn_logistic(design, y, weight, aim=aim, pull=np.full(3, 1e9))
    free = drawn_logistic(design, y, weight, aim=aim, pull=np.full(3, 1e-9))
    np.testing.assert_allclose(held, aim, atol=1e-3)
    assert free[1] < 0


@pytest.mark.parametrize("far", [-200.0, 0.0, 200.0])
def test_it_ends_at_the_same_minimum_from_anywhere(far):
    design, y, weight = example()
    pull = np.full(3, 1e-6)
    near = drawn_logistic(design, y, weight, aim=np.zeros(3), pull=pull)
    there = drawn_logistic(design, y, weight, aim=np.array([far, 0.0, 0.0]), pull=pull)
    np.testing.assert_allclose(there, near, atol=0.01)


def test_separable_classes_do_not_run_away():
    design = np.column_stack([np.linspace(-1, 1, 40), np.ones(40)])
    y = design[:, 0] > 0
    found = drawn_logistic(
        design, y, np.ones(40), aim=np.array([1.0, 0.0]), pull=np.array([1.0, 1e-6])
    )
    assert 1 < found[0] < 20
