from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.models import credit, questions
from duanka.models.score import goes_right
from models_room import small_model


def _by_node(forest, X):
    """Every question of every tree asked one by one."""
    out = np.zeros((len(X), len(forest.depth)), np.uint8)
    for row, tree in np.ndindex(out.shape):
        first = forest.start[tree]
        for k in range((forest.start[tree + 1] - first) // 2):
            at = first + k
            x = X[row, forest.feature[at]]
            right = goes_right(x, forest.threshold[at], forest.flags[at])
            out[row, tree] |= int(right) << k
    return out


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_question_has_the_answer_that_it_has_when_asked_alone(seed):
    model, trained = small_model()[0], small_model()[1].X
    chance = np.random.default_rng(seed)
    X = trained[chance.integers(0, len(trained), 3)].copy()
    lines = chance.choice(model.forest.threshold, X.shape)
    X = np.where(chance.random(X.shape) < 0.3, lines, X)  # a value at its threshold is not above it
    for odd in (np.nan, 0.0, -0.0, 1e-36, -1e-36, np.inf, -np.inf):
        X[chance.random(X.shape) < 0.06] = odd
    X = X.astype(np.float32)
    found = np.full((len(X), len(model.forest.depth)), 255, np.uint8)
    questions.ask(X, model.questions, found)
    assert (found == _by_node(model.forest, X)).all()


def test_trees_without_a_table_are_not_asked(monkeypatch):
    monkeypatch.setattr(credit, "TABLED", 0)
    forest = small_model()[0].forest
    laid = questions.lay_out(forest, credit.lay_out(forest).tabled)
    assert len(laid.of_feature) == len(laid.above) == 0
    found = np.full((2, len(forest.depth)), 255, np.uint8)
    questions.ask(np.zeros((2, forest.feature_count), np.float32), laid, found)
    assert not found.any()
