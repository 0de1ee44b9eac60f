from __future__ import annotations

from dataclasses import replace

import lightgbm
import numpy as np
import pytest

from duanka.errors import BadInput
from duanka.models.explain import (
    contributions,
    counted_families,
    families,
    known_only,
    reasons,
    strongest,
)
from duanka.models.score import raw_scores
from duanka.models.trees import read_forest
from models_room import FEATURES, small_model


def test_contributions_add_up_to_the_raw_score():
    model, examples = small_model()
    parts, base = contributions(model, examples.X[:300])
    raw = raw_scores(model, examples.X[:300])
    np.testing.assert_allclose(base + parts.sum(axis=1), raw, atol=1e-10)


def test_contributions_are_lightgbms():
    model, examples = small_model()
    X = examples.X[:200]
    theirs = sum(
        part.weight * lightgbm.Booster(model_str=part.text).predict(X, pred_contrib=True)
        for part in model.parts
    )
    parts, base = contributions(model, X)
    np.testing.assert_allclose(parts, theirs[:, :-1], atol=1e-10)
    np.testing.assert_allclose(base, theirs[:, -1], atol=1e-10)


def test_contributions_of_deep_trees_are_lightgbms():
    chance = np.random.default_rng(2)
    X = chance.normal(size=(1_500, 14)).astype(np.float32)
    y = (np.sin(3 * X).sum(axis=1) + chance.normal(size=1_500) > 0).astype(np.int8)
    deep = {"objective": "binary", "num_leaves": 80, "min_data_in_leaf": 2, "num_threads": 1}
    booster = lightgbm.train({**deep, "verbosity": -1}, lightgbm.Dataset(X, y), 2)
    model, _ = small_model()
    forest = read_forest(booster.model_to_string())
    assert forest.depth.max() > 9
    parts, base = contributions(replace(model, forest=forest, intercept=0.5), X[:60])
    theirs = booster.predict(X[:60], pred_contrib=True)
    np.testing.assert_allclose(parts, theirs[:, :-1], atol=1e-10)
    np.testing.assert_allclose(base, theirs[0, -1] + 0.5, atol=1e-10)


def test_reasons_are_the_strongest_that_raise_the_score():
    model, examples = small_model()
    X = examples.X[examples.y == 1][:50]
    which, how_much = reasons(model, X, top=3)
    parts, _ = contributions(model, X)
    for row in range(len(X)):
        expected = sorted(range(FEATURES), key=lambda f: (-parts[row, f], f))[:3]
        expected = [f if parts[row, f] > 0 else -1 for f in expected]
        assert which[row].tolist() == expected
        assert how_much[row].tolist() == [parts[row, f] if f >= 0 else 0 for f in expected]


def test_reasons_name_what_truly_differs():
    model, examples = small_model()
    which, _ = reasons(model, examples.X[examples.y == 1], top=1)
    assert np.isin(which, (0, 1, 2)).mean() > 0.9


def test_nothing_raised_leaves_no_reason():
    which, how_much = strongest(np.array([[-1.0, 0.0]]), top=6)
    assert which.tolist() == [[-1, -1]]
    assert how_much.tolist() == [[0.0, 0.0]]


def test_not_to_know_a_value_is_neither_reason_nor_family_but_may_speak_for_the_card():
    unknown = np.array([[np.nan, np.nan, 3.0, 4.0]], np.float32)
    given = known_only(np.array([[2.0, -0.4, 0.6, -0.1]]), unknown)
    assert given.tolist() == [[0.0, -0.4, 0.6, -0.1]]
    assert strongest(given)[0].tolist() == [[2, -1, -1, -1]]
    found = counted_families(given, ["money", "device", "rhythm", "rhythm"], at_least=0.5)
    assert dict(zip(found.names, found.counted[0].tolist(), strict=True)) == {
        "device": False,
        "money": False,
        "rhythm": True,
    }


def test_families_count_from_a_stated_push_on():
    parts = np.array([[1.0, 0.5, 0.1, -2.0], [0.2, 0.2, 0.3, 0.3]])
    found = counted_families(parts, ["money", "money", "device", "device"], at_least=0.5)
    assert found.names == ("device", "money")
    np.testing.assert_allclose(found.push, [[0.1, 1.5], [0.6, 0.4]])
    assert found.counted.tolist() == [[False, True], [True, False]]


def test_a_family_that_speaks_for_the_card_does_not_count():
    parts = np.array([[1.0, 0.6, -2.0]])
    found = counted_families(parts, ["money", "device", "device"], at_least=0.5)
    assert found.counted.tolist() == [[False, True]]


def test_a_family_that_is_a_trifle_beside_the_rest_does_not_count():
    found = counted_families(np.array([[30.0, 0.6]]), ["money", "device"], at_least=0.5)
    assert found.counted.tolist() == [[False, True]]


def test_families_follow_the_features_of_the_model():
    model, examples = small_model()
    family_of = ["money"] * 2 + ["device"] + ["rhythm"] * 5
    found = families(model, examples.X[examples.y == 1], family_of, at_least=0.2)
    share = dict(zip(found.names, found.counted.mean(axis=0), strict=True))
    assert share["money"] > 0.8
    assert share["device"] > 0.6
    assert share["rhythm"] < 0.3


def test_families_of_other_features_are_refused():
    with pytest.raises(BadInput, match="3 families"):
        counted_families(np.zeros((1, 2)), ["money"] * 3, at_least=0.1)
