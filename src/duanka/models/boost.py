"""One ensemble of boosted trees: every implicated card, and a sample of the others for each member."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from duanka.models.trees import tidy_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from duanka.models.examples import Examples, TrainSettings

_MOST_BINS = 127
_NOT_NEEDED = ("sklearn", "pandas")
"""What LightGBM looks for on import though arrays are all it is given: four fifths of its import."""


def boost(
    examples: Examples,
    rows: NDArray[np.bool_],
    names: Sequence[str],
    *,
    seed: int,
    settings: TrainSettings,
    rounds: int,
) -> list[str]:
    """The model text of each member, learned from the given rows only.

    A thread a member, and within a member one: threads that share a tree of so few rows mostly wait
    for one another, and wait busily. How many there are changes no byte.
    """

    def learned(member: int) -> str:
        chance = np.random.Generator(np.random.PCG64([seed, member]))
        taken = _sample(examples.y, rows, chance, settings)
        X = _hidden(examples.X[taken], chance, settings)
        weight = _balanced(examples.y[taken], examples.weight[taken], settings.implicated_share)
        parameters = _parameters(settings, names, int(chance.integers(2**31 - 1)))
        return _fit(X, examples.y[taken], weight, parameters=parameters, rounds=rounds)

    members = range(settings.members)
    _lightgbm()
    if settings.threads <= 1:
        return [learned(member) for member in members]
    with ThreadPoolExecutor(settings.threads) as pool:
        return list(pool.map(learned, members))


def _fit(
    X: NDArray[np.float32],
    y: NDArray[np.int8],
    weight: NDArray[np.float64],
    *,
    parameters: dict[str, object],
    rounds: int,
) -> str:
    lightgbm = _lightgbm()
    data = lightgbm.Dataset(X, y, weight=weight, params=parameters, free_raw_data=True)
    booster = lightgbm.train(parameters, data, num_boost_round=rounds)
    return tidy_text(booster.model_to_string())


@cache
def _lightgbm() -> Any:
    """LightGBM, imported late and alone: no reader of a finished model should pay for it."""
    modules = cast("dict[str, Any]", sys.modules)
    hidden = [name for name in _NOT_NEEDED if name not in modules]
    modules.update(dict.fromkeys(hidden))
    try:
        import lightgbm
    finally:
        for name in hidden:
            del modules[name]
    return lightgbm


def _sample(
    y: NDArray[np.int8],
    rows: NDArray[np.bool_],
    chance: np.random.Generator,
    settings: TrainSettings,
) -> NDArray[np.int64]:
    """All implicated rows and this member's sample of the others, in the order they came."""
    implicated = np.flatnonzero(rows & (y == 1))
    others = np.flatnonzero(rows & (y != 1))
    wanted = max(settings.least_others, settings.others_per_implicated * len(implicated))
    if len(others) > wanted:
        others = chance.choice(others, wanted, replace=False)
    return np.sort(np.concatenate([implicated, others]))


def _hidden(
    X: NDArray[np.float32], chance: np.random.Generator, settings: TrainSettings
) -> NDArray[np.float32]:
    """The rows as somebody without some of the tables would have them.

    A tree that never met a missing value takes NaN for 0: a bank without call records would look
    like a bank whose customers never call.
    """
    for columns in settings.hide:
        gone = chance.random(len(X)) < settings.hide_share
        X[np.ix_(gone, np.array(columns, np.int64))] = np.nan
    return X


def _balanced(
    y: NDArray[np.int8], weight: NDArray[np.float64], implicated_share: float
) -> NDArray[np.float64]:
    """Weights where an implicated card weighs 1 on average and all of them the stated share.

    So the evidence a leaf needs is counted in implicated cards, however few or many there are.
    """
    implicated = y == 1
    of_implicated = implicated.sum() / weight[implicated].sum()
    wanted = implicated.sum() * (1 - implicated_share) / implicated_share
    factor = np.where(implicated, of_implicated, wanted / weight[~implicated].sum())
    return np.asarray(weight * factor, np.float64)


def _parameters(settings: TrainSettings, names: Sequence[str], seed: int) -> dict[str, object]:
    parameters: dict[str, object] = {
        "objective": "binary",
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.leaves,
        "max_depth": settings.depth,
        "min_data_in_leaf": settings.least_in_leaf,
        "min_sum_hessian_in_leaf": settings.least_hessian,
        "lambda_l2": settings.l2,
        "feature_fraction": settings.column_share,
        "bagging_fraction": settings.row_share,
        "bagging_freq": 1,
        "max_bin": _MOST_BINS,
        "feature_pre_filter": False,
        "deterministic": True,
        "force_col_wise": True,
        "seed": seed,
        "num_threads": 1,
        "verbosity": -1,
    }
    if settings.rising or settings.falling:
        parameters["monotone_constraints"] = [
            int(name in settings.rising) - int(name in settings.falling) for name in names
        ]
    return parameters
