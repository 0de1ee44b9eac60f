"""What the tests of the models room share: made-up cards, and one small model of them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from duanka.models.train import Examples, TrainSettings, train

if TYPE_CHECKING:
    from duanka.models.model import Model

FEATURES = 8
NAMES = [f"feature_{number}" for number in range(FEATURES)]
SMALL = TrainSettings(rounds=40, members=2, least_others=2_000, others_per_implicated=10)


def made_up(
    rows: int,
    implicated: int,
    *,
    seed: int,
    labelled: float = 1.0,
    strength: float = 2.2,
    where: slice = slice(0, 3),
) -> tuple[Examples, np.ndarray]:
    """Examples whose implicated cards are higher in some features, and who is truly implicated."""
    chance = np.random.default_rng(seed)
    X = chance.normal(size=(rows, FEATURES)).astype(np.float32)
    truth = np.zeros(rows, np.int8)
    truth[chance.choice(rows, implicated, replace=False)] = 1
    X[truth == 1, where] += np.float32(strength)
    X[chance.random(X.shape) < 0.05] = np.nan
    y = np.where(chance.random(rows) < labelled, truth, 0).astype(np.int8)
    at = chance.integers(0, 10**9, rows)
    return Examples(X, y, np.ones(rows), np.arange(rows) // 2, at), truth


@lru_cache
def small_model() -> tuple[Model, Examples]:
    """One model and the examples it learned from."""
    examples, _ = made_up(4_000, 120, seed=1)
    return train(examples, NAMES, seed=7, settings=SMALL), examples
