from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from duanka.models import boost
from duanka.models.boost import boost as learn
from duanka.models.trees import read_forest
from models_room import NAMES, SMALL, made_up


def test_members_differ_and_are_repeatable():
    examples, _ = made_up(3_000, 60, seed=1)
    everything = np.ones(3_000, bool)
    few = replace(SMALL, least_others=500, others_per_implicated=1)
    texts = learn(examples, everything, NAMES, seed=1, settings=few, rounds=5)
    assert len(set(texts)) == 2
    assert texts == learn(examples, everything, NAMES, seed=1, settings=few, rounds=5)
    assert texts == learn(
        examples, everything, NAMES, seed=1, settings=replace(few, threads=2), rounds=5
    )
    assert [read_forest(text).tree_count for text in texts] == [5, 5]


def test_rows_outside_teach_nothing():
    examples, _ = made_up(3_000, 60, seed=1)
    rows = np.arange(3_000) < 2_000
    X = examples.X.copy()
    X[2_000:] = 99.0
    other = replace(examples, X=X, y=np.where(rows, examples.y, 1 - examples.y).astype(np.int8))
    given = {"seed": 1, "settings": SMALL, "rounds": 5}
    assert learn(examples, rows, NAMES, **given) == learn(other, rows, NAMES, **given)


def test_a_sample_holds_all_implicated_and_as_many_others_as_wanted():
    y = (np.arange(10_000) % 100 == 0).astype(np.int8)
    few = replace(SMALL, least_others=300, others_per_implicated=7)
    taken = boost._sample(y, np.arange(10_000) < 5_000, np.random.default_rng(0), few)
    assert y[taken].sum() == 50
    assert len(taken) == 50 + 350
    assert taken.max() < 5_000
    assert (np.diff(taken) > 0).all()


def test_the_implicated_weigh_what_is_said_however_few():
    y = np.array([1, 1, 0, 0, 0, 0, 0, 0], np.int8)
    weight = np.array([1.0, 3.0, 5.0, 5.0, 5.0, 5.0, 10.0, 10.0])
    balanced = boost._balanced(y, weight, 0.1)
    assert balanced[y == 1].sum() == pytest.approx(2)
    assert balanced[y == 1].sum() / balanced.sum() == pytest.approx(0.1)
    assert balanced[1] == pytest.approx(3 * balanced[0])
    assert balanced[-1] == pytest.approx(2 * balanced[2])
