from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from duanka.errors import BadModel
from duanka.models.score import forest_scores
from duanka.models.trees import ZERO_SPECIAL, join, read_forest, some_trees, tidy_text

QUIET = {"objective": "binary", "num_threads": 1, "verbosity": -1, "min_data_in_leaf": 5}


def booster(rounds: int = 8, **parameters: object) -> lightgbm.Booster:
    chance = np.random.default_rng(3)
    X = chance.normal(size=(400, 5)).astype(np.float32)
    X[chance.random(X.shape) < 0.2] = np.nan
    y = (np.nan_to_num(X[:, 0]) * np.nan_to_num(X[:, 1]) > 0).astype(np.int8)
    return lightgbm.train({**QUIET, **parameters}, lightgbm.Dataset(X, y), rounds)


def test_leaves_lead_to_themselves_and_hold_all_values():
    forest = read_forest(booster().model_to_string())
    to_self = forest.child[::2] == np.arange(len(forest.feature))
    assert forest.tree_count == 8
    assert (forest.value[~to_self] == 0).all()
    assert to_self.sum() == (~to_self).sum() + forest.tree_count


def test_children_share_the_cover_of_their_parent():
    forest = read_forest(booster().model_to_string())
    left, right = forest.child[::2], forest.child[1::2]
    inner = left != np.arange(len(left))
    assert (forest.cover[left] + forest.cover[right] == forest.cover)[inner].all()


def test_thresholds_separate_float32_values_as_the_exact_ones_do():
    trained = booster(rounds=30)
    exact = [
        float(word)
        for line in trained.model_to_string().splitlines()
        if line.startswith("threshold=")
        for word in line.split("=")[1].split()
    ]
    forest = read_forest(trained.model_to_string())
    inner = forest.child[::2] != np.arange(len(forest.feature))
    kept = forest.threshold[inner]
    for near in (kept, np.nextafter(kept, np.float32(np.inf))):
        assert ((near <= kept) == (near.astype(np.float64) <= np.array(exact))).all()


def test_zero_as_missing_is_marked():
    forest = read_forest(booster(zero_as_missing=True).model_to_string())
    assert (forest.flags & ZERO_SPECIAL).any()
    assert forest.zero_special


def test_joined_forests_add_up_with_their_weights():
    forest = read_forest(booster().model_to_string())
    X = np.random.default_rng(1).normal(size=(40, 5)).astype(np.float32)
    both = join([forest, some_trees(forest, 2, 5)], [2.0, -1.0])
    expected = 2 * forest_scores(forest, X) - forest_scores(some_trees(forest, 2, 5), X)
    assert both.tree_count == 11
    np.testing.assert_allclose(forest_scores(both, X), expected, atol=1e-12)


def test_stump_without_a_split_is_its_value():
    chance = np.random.default_rng(0)
    data = lightgbm.Dataset(np.zeros((50, 2), np.float32), chance.integers(0, 2, 50))
    trained = lightgbm.train(QUIET, data, 1)
    X = chance.normal(size=(20, 2)).astype(np.float32)
    forest = read_forest(trained.model_to_string())
    assert (forest_scores(forest, X) == trained.predict(X, raw_score=True)).all()


def test_tidy_text_loads_again_and_keeps_no_parameters():
    trained = booster()
    text = tidy_text(trained.model_to_string())
    X = np.random.default_rng(1).normal(size=(40, 5))
    assert "num_threads" not in text
    assert (lightgbm.Booster(model_str=text).predict(X) == trained.predict(X)).all()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("num_tree_per_iteration=1", "num_tree_per_iteration=3"),
        lambda text: text.replace("max_feature_idx", "max_feature"),
        lambda text: text.replace("leaf_value=", "leaf_value=x "),
        lambda text: text.replace("num_leaves=", "num_leaves=9"),
        lambda text: text.replace("is_linear=0", "is_linear=1"),
        lambda text: text.replace("num_cat=0", "num_cat=1"),
    ],
)
def test_texts_we_cannot_serve_are_refused(spoil):
    with pytest.raises(BadModel):
        read_forest(spoil(booster().model_to_string()))


def test_text_that_ends_early_is_refused():
    with pytest.raises(BadModel, match="too early"):
        tidy_text(booster().model_to_string()[:500])


def test_forests_of_different_width_do_not_join():
    narrow = read_forest(booster().model_to_string())
    with pytest.raises(BadModel):
        join([narrow, narrow._replace(feature_count=9)], [1.0, 1.0])
