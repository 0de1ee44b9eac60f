from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from duanka.errors import BadInput
from duanka.models import credit, serve
from duanka.models.score import score
from models_room import FEATURES, small_model

ROWS = 75


def _rows() -> np.ndarray:
    chance, X = np.random.default_rng(7), small_model()[1].X[:ROWS].copy()
    X[chance.random(X.shape) < 0.2] = np.nan
    X[chance.random(X.shape) < 0.2] = 0.0
    return X


def test_scores_are_those_of_score_to_the_bit():
    model, X = small_model()[0], _rows()
    assert model.credit.tabled.all()
    assert serve.look(model, X).scores.tobytes() == score(model, X).tobytes()


def test_large_trees_are_scored_and_shared_out_too(monkeypatch):
    model, X = small_model()[0], _rows()
    tabled = serve.look(model, X)
    monkeypatch.setattr(credit, "TABLED", 4)
    larger = replace(model)  # its tables are laid out anew
    assert not larger.credit.tabled.all()
    found = serve.look(larger, X)
    assert found.scores.tobytes() == tabled.scores.tobytes()
    np.testing.assert_allclose(
        serve.contributions(larger, found), serve.contributions(model, tabled), atol=1e-12
    )


def test_a_row_alone_is_as_among_others():
    model, X = small_model()[0], _rows()
    looked = serve.look(model, X)
    together = serve.contributions(model, looked)
    some = np.array([3, 40, 41])
    assert serve.contributions(model, looked, some).tobytes() == together[some].tobytes()
    for row in range(0, ROWS, 9):
        alone = serve.look(model, X[row : row + 1])
        assert alone.scores[0] == looked.scores[row]
        assert serve.contributions(model, alone).tobytes() == together[row].tobytes()


def test_other_columns_are_refused():
    with pytest.raises(BadInput, match=f"expects {FEATURES} columns"):
        serve.look(small_model()[0], _rows()[:, :5])
