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
    credit.add(X, _small()[1], tables, out)
    return out


def test_tables_share_out_what_lightgbm_does():
    booster, forest, X = _small()
    tables = credit.lay_out(forest)
    assert tables.tabled.all()
    theirs = booster.predict(X, pred_contrib=True)
    np.testing.assert_allclose(_shares(X, tables), theirs[:, :-1], atol=1e-10)
    np.testing.assert_allclose(tables.base[0], theirs[0, -1], atol=1e-10)


def test_tables_share_out_what_the_leaves_do(monkeypatch):
    _, forest, X = _small()
    tables = credit.lay_out(forest)
    monkeypatch.setattr(credit, "TABLED", 0)
    by_leaves = credit.lay_out(forest)
    assert not by_leaves.tabled.any()
    np.testing.assert_allclose(_shares(X, tables), _shares(X, by_leaves), atol=1e-12)


def test_a_row_alone_is_shared_out_as_among_others():
    _, forest, X = _small()
    tables = credit.lay_out(forest)
    alone = np.vstack([_shares(x[None], tables) for x in X])
    assert _shares(X, tables).tobytes() == alone.tobytes()


def test_no_tree_shares_out_nothing():
    _, forest, X = _small()
    none = forest._replace(start=forest.start[:1], depth=forest.depth[:0])
    out = np.zeros(X.shape)
    credit.add(X, none, credit.lay_out(none), out)
    assert not out.any()
