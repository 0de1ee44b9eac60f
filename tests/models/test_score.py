from __future__ import annotations

from dataclasses import replace

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from duanka.errors import BadInput
from duanka.models.score import forest_scores, raw_scores, score, score_one
from duanka.models.trees import read_forest
from models_room import small_model

ODD = [0.0, -0.0, np.nan, np.inf, -np.inf, 1e-35, -1e-35, 9.9e-36, 1e-38, 3e38, -3e38, 1e-45]
SETTINGS = [{}, {"zero_as_missing": True}, {"use_missing": False}, {"max_depth": 3}]


def trained(parameters: dict[str, object]) -> lightgbm.Booster:
    chance = np.random.default_rng(5)
    X = chance.normal(size=(600, 4)).astype(np.float32)
    X[chance.random(X.shape) < 0.2] = np.nan
    X[chance.random(X.shape) < 0.2] = 0
    X[:, 3] = chance.integers(-2, 3, 600)
    y = (np.nan_to_num(X).sum(axis=1) + chance.normal(size=600) > 0).astype(np.int8)
    quiet = {"objective": "binary", "num_threads": 1, "verbosity": -1, "min_data_in_leaf": 3}
    return lightgbm.train({**quiet, **parameters}, lightgbm.Dataset(X, y), 12)


BOOSTERS = [(b := trained(p), read_forest(b.model_to_string())) for p in SETTINGS]
values = st.one_of(st.sampled_from(ODD), st.floats(width=32), st.floats(-3, 3, width=32))


@pytest.mark.parametrize("which", range(len(SETTINGS)))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_our_sum_is_lightgbms_bit_for_bit(which, data):
    rows = data.draw(st.sampled_from([1, 3, 16, 33]))
    X = data.draw(arrays(np.float32, (rows, 4), elements=values))
    booster, forest = BOOSTERS[which]
    assert (forest_scores(forest, X) == booster.predict(X, raw_score=True)).all()


@pytest.mark.parametrize("which", range(len(SETTINGS)))
def test_values_on_every_threshold_and_beside_it(which):
    booster, forest = BOOSTERS[which]
    cut = np.unique(forest.threshold)
    cut = np.concatenate([cut, np.nextafter(cut, np.float32(9e9)), np.array(ODD, np.float32)])
    X = np.stack([np.roll(cut, 7 * column) for column in range(4)], axis=1)
    assert (forest_scores(forest, X) == booster.predict(X, raw_score=True)).all()


def test_one_row_alone_scores_as_it_does_among_others():
    model, examples = small_model()
    together = score(model, examples.X[:50])
    assert [score_one(model, row) for row in examples.X[:50]] == together.tolist()


def test_scores_are_probabilities_in_the_order_of_the_raw_scores():
    model, examples = small_model()
    raw, p = raw_scores(model, examples.X), score(model, examples.X)
    order = np.argsort(raw)
    assert ((p > 0) & (p < 1)).all()
    assert ((np.diff(p[order]) > 0) == (np.diff(raw[order]) > 0)).all()


def test_an_empty_table_has_no_scores():
    model, examples = small_model()
    assert len(score(model, examples.X[:0])) == 0


def test_a_table_of_another_width_is_refused():
    model, examples = small_model()
    with pytest.raises(BadInput, match="expects 8 columns"):
        score(model, examples.X[:, :5])


def test_another_model_beside_has_the_rest_of_the_say_in_log_odds():
    alone = small_model()[0]
    shifted = replace(alone.calibration, logit=alone.calibration.logit - 2.0)
    other = replace(alone, calibration=shifted)
    X = np.random.default_rng(3).normal(size=(40, len(alone.names))).astype(np.float32)
    odds = [
        np.log(s / (1 - s))
        for s in (score(m, X) for m in (alone, replace(alone, beside=other, say=0.25)))
    ]
    np.testing.assert_allclose(odds[1], odds[0] - 0.75 * 2.0, rtol=1e-6)
    assert score(replace(alone, beside=other, say=1.0), X) == pytest.approx(score(alone, X))
