from __future__ import annotations

import numpy as np

from duanka.models.blend import blend as _blend
from duanka.models.blend import deserved


def blend(own, prior, y, weight):
    """The weights where four times as many cards teach as check."""
    return _blend(own, prior, y, weight, taught=4.0 * y.sum())


def scores(implicated: int, own: float, prior: float, seed: int = 0):
    chance = np.random.default_rng(seed)
    y = (np.arange(5_000) < implicated).astype(np.int8)
    return (
        chance.normal(size=5_000) + own * y,
        chance.normal(size=5_000) + prior * y,
        y,
        np.ones(5_000),
    )


def test_hardly_any_label_leaves_the_prior_as_it_is():
    assert blend(*scores(4, 5.0, 1.0)) == (0.0, 1.0)


def test_few_labels_lean_on_a_prior_that_is_as_good():
    own, prior = _blend(*scores(10, 2.0, 2.0), taught=10.0)
    assert prior > own


def test_many_labels_leave_a_prior_that_is_worse():
    own, prior = blend(*scores(400, 3.0, 0.3))
    assert own > 5 * prior


def test_the_more_labels_the_more_the_own_model_weighs():
    shares = []
    for implicated in (8, 40, 400):
        own, prior = blend(*scores(implicated, 2.5, 1.5))
        shares.append(own / (own + prior))
    assert shares == sorted(shares)


def test_a_score_that_speaks_against_the_truth_is_left_out():
    own, prior = blend(*scores(400, 3.0, -2.0))
    assert prior == 0.0
    assert own > 0
    own, prior = blend(*scores(400, -2.0, 3.0))
    assert own == 0.0
    assert prior > 0


def test_the_unit_of_the_own_score_does_not_matter():
    own, prior, y, weight = scores(100, 2.0, 2.0)
    as_is = blend(own, prior, y, weight)
    tenfold = blend(10 * own, prior, y, weight)
    np.testing.assert_allclose([10 * tenfold[0], tenfold[1]], as_is, rtol=1e-3)


def test_what_a_handful_of_held_out_cards_says_is_not_taken_at_its_word():
    own, prior, y, weight = scores(8, 6.0, 0.5)
    few = _blend(own, prior, y, weight, taught=5.0)
    many = _blend(own, prior, y, weight, taught=30.0)
    assert few[1] > 0, "the prior keeps some say though eight cards speak against it"
    assert many[0] / many[1] > few[0] / few[1]


def test_the_say_that_labels_deserve_grows_with_their_number():
    assert deserved(0.0) == 0.0
    assert [deserved(n) for n in (10, 30, 300)] == sorted(deserved(n) for n in (10, 30, 300))
    assert deserved(1e9) < 1
