from __future__ import annotations

from functools import cache

import lightgbm
import numpy as np

from duanka.models import credit
from duanka.models.trees import Forest, read_forest

ROWS, FEATURES = 75, 11


@cache
def _small() -> tuple[lightgbm.Booster, Forest, np.ndarray]:
    """Trees of eight leaves, as those that ship; rows with missing values and zeros."""
    chance = np.random.default_rng(7)
    X = chance.normal(size=(1_200, FEATURES)).astype(np.float32)
    y = (X[:, 0] * X[:, 1] + np.sin(3 * X[:, 2]) > 0).astype(np.int8)
    X[chance.random(X.shape) < 0.2] = np.nan
    X[chance.random(X.shape) < 0.2] = 0.0
    asked = {"objective": "binary", "num_leaves": 8, "num_threads": 1, "verbosity": -1}
    booster = lightgbm.train(asked, lightgbm.Dataset(X, y), 25)
    return booster, read_forest(booster.model_to_string()), X[:ROWS]


def _shares(X: np.ndarray, tables: credit.Credit) -> np.ndarray:
    out = np.zeros(X.shape)
    for tree in np.flatnonzero(~tables.tabled).tolist():
        credit.by_leaves(X, _small()[1], tree, out)
    return out


def test_the_base_is_lightgbms():
    booster, forest, X = _small()
    theirs = booster.predict(X[:1], pred_contrib=True)
    np.testing.assert_allclose(credit.lay_out(forest).base[0], theirs[0, -1], atol=1e-10)


def test_leaves_share_out_what_lightgbm_does(monkeypatch):
    booster, forest, X = _small()
    monkeypatch.setattr(credit, "TABLED", 0)
    by_leaves = credit.lay_out(forest)
    assert not by_leaves.tabled.any()
    theirs = booster.predict(X, pred_contrib=True)
    np.testing.assert_allclose(_shares(X, by_leaves), theirs[:, :-1], atol=1e-10)


def test_every_combination_of_answers_has_its_entry():
    _, forest, _ = _small()
    tables = credit.lay_out(forest)
    assert tables.tabled.all()
    bounds = tables.outcome.astype(int)
    for tree, leaves in enumerate((np.diff(forest.start) // 2 + 1).tolist()):
        assert set(tables.leaf[bounds[tree] : bounds[tree + 1]].tolist()) == set(range(leaves))
    assert len(tables.leaf) == tables.outcome[-1]
    assert len(tables.share) == tables.begin[-1]
