"""The served model beside LightGBM's own predict, and a whole decision in process."""

from __future__ import annotations

import statistics
import time
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from duanka.models.score import forest_scores
from duanka.models.trees import Forest, read_forest
from measure import keep, paired, show, timed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from duanka.jobs.dataset import Dataset
    from duanka.jobs.judges import Judge
    from duanka.simulate.world import Town

TREES, LEAVES, COLUMNS = 300, 31, 60


def learned(rows: int = 20_000) -> tuple[Any, Forest]:
    """A booster of 300 trees of 31 leaves on 60 columns, and our reading of it."""
    import lightgbm

    X = sample(rows, seed=1)
    rng = np.random.default_rng(2)
    score = np.nan_to_num(X[:, :12]).sum(axis=1) + np.nan_to_num(X[:, 3] * X[:, 7])
    y = (score + rng.normal(0, 2, rows) > 2).astype(np.int8)
    given = {
        "objective": "binary", "num_leaves": LEAVES, "learning_rate": 0.05, "num_threads": 1,
        "min_data_in_leaf": 5, "verbosity": -1, "seed": 3,
    }  # fmt: skip
    booster = lightgbm.train(given, lightgbm.Dataset(X, y), TREES)
    return booster, read_forest(booster.model_to_string())


def sample(rows: int, *, seed: int) -> NDArray[np.float32]:
    """Rows such as features give: skewed, with zeros and missing values."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, COLUMNS)).astype(np.float32)
    X[rng.random(X.shape) < 0.1] = np.nan
    X[rng.random(X.shape) < 0.2] = 0
    return X


def model(*, quick: bool) -> dict[str, Any]:
    """Rates in large batches, in 64s, and one row at a time."""
    booster, forest = learned()
    X = sample(20_000 if quick else 60_000, seed=4)
    assert np.allclose(forest_scores(forest, X), booster.predict(X, raw_score=True), atol=1e-9)
    parts = [X[at : at + 64] for at in range(0, 6_400, 64)]
    ones = [X[at : at + 1] for at in range(1_000)]

    def ours(some: list[NDArray[np.float32]]) -> Callable[[], Any]:
        return lambda: [forest_scores(forest, part) for part in some]

    def theirs(some: list[NDArray[np.float32]]) -> Callable[[], Any]:
        return lambda: [booster.predict(part, raw_score=True, num_threads=1) for part in some]

    found = {}
    for name, some in (("all at once", [X]), ("64 at a time", parts), ("one at a time", ones)):
        rows = sum(len(part) for part in some)
        ours(some)()
        spent = paired({"duanka": ours(some), "LightGBM": theirs(some)}, 3 if quick else 7)
        found[name] = {who: rows / seconds for who, seconds in spent.items()}
    show(
        f"model: {TREES} trees x {LEAVES} leaves, {COLUMNS} columns (rows a CPU-second, one core)",
        ["rows", "duanka", "LightGBM predict", "ratio", "duanka us a row", "LightGBM us a row"],
        [
            [
                name, told["duanka"], told["LightGBM"], told["duanka"] / told["LightGBM"],
                1e6 / told["duanka"], 1e6 / told["LightGBM"],
            ]
            for name, told in found.items()
        ],
        note="the same scores to 1e-9, checked in this run",
    )  # fmt: skip
    return found


def _judge(dataset: Dataset, town: Town) -> Judge:
    """The model that comes with the product; where it does not fit these features, one learned here."""
    from duanka.errors import BadModel
    from duanka.features import catalogue
    from duanka.jobs import judges, teach, train_default
    from duanka.models.train import train

    try:
        return judges.load_judge(judges.default_folder(), "transfer", "default")
    except BadModel:
        print(
            "   the default model does not fit the features of this checkout: one is learned here"
        )
    truth = train_default.events_from_truth(dataset, town, "transfer")
    examples = teach.event_examples(dataset, truth, "transfer", seed=5, most=10_000)
    names = catalogue.names_of("transfer")
    learned_here = train(examples, names, seed=5, settings=judges.train_settings(1))
    return judges.Judge("transfer", learned_here, "trained_here")


def decisions(*, quick: bool) -> dict[str, Any]:
    """CPU of each part of judging a town's transfers: vectors, scores with reasons, policy."""
    from duanka.features import vectors
    from duanka.jobs import judge
    from duanka.jobs.train_default import as_dataset
    from duanka.policy import dated, decide
    from duanka.simulate.world import Plan, build

    town = build(Plan(5, people=2_000 if quick else 8_000, days=60))
    dataset = as_dataset(town, 1)
    count = dataset.asker.records.transfers.at.size
    which = np.arange(count - count // 4, count)
    regime = dated.load().at(date(2026, 6, 1))
    who = _judge(dataset, town)
    vectors.transfer_vectors(dataset.asker, which[:1_000])
    asked = timed(lambda: vectors.transfer_vectors(dataset.asker, which), 1 if quick else 3)
    judge.tell(who, asked.value[:1_000], regime)
    from duanka.models.score import score

    scored = timed(lambda: score(who.model, asked.value), 3)
    told = timed(lambda: judge.tell(who, asked.value, regime), 1 if quick else 3)
    import polars as pl

    frame = dataset.asker.records.frames["transfer"][which]
    facts = pl.DataFrame(
        {
            "event_id": frame["transfer_id"],
            "score": told.value.score,
            "families": pl.Series(told.value.families, dtype=pl.List(pl.String)),
            "reasons": pl.Series(told.value.reasons, dtype=pl.List(pl.String)),
            "amount_fen": frame["amount_fen"],
            "memo_kind": frame["memo_kind"].cast(pl.String).fill_null("other"),
        }
    )
    answered = timed(lambda: decide.answer_events(facts, regime, event_kind="transfer"), 3)
    parts = {
        "features (replay of all history)": asked.cpu_s,
        "model scores": scored.cpu_s,
        "reasons and families": max(told.cpu_s - scored.cpu_s, 0.0),
        "policy": answered.cpu_s,
    }
    whole = sum(parts.values())
    rows = [
        [name, which.size / spent if spent else None, 1e6 * spent / which.size]
        for name, spent in parts.items()
    ]
    rows.append(["whole decision", which.size / whole, 1e6 * whole / which.size])
    trees = who.model.forest.tree_count
    show(
        f"whole decision in process: the last {which.size:,} of {count:,} transfers of a town in one batch",
        ["part", "a CPU-second", "us each"], rows,
        note=f"the model in use: {trees} trees on {len(who.model.names)} columns",
    )  # fmt: skip
    return {name: which.size / spent for name, spent in parts.items() if spent} | {
        "whole decision": which.size / whole,
        "trees": trees,
    }


def single(*, quick: bool) -> dict[str, Any]:
    """Microseconds of one decision: both accounts asked, scored; the median and the slowest of many."""
    import stream_speed
    from duanka.features import kernel, transfers

    booster, forest = learned(5_000)
    del booster
    flow = stream_speed.generated(50_000, 5_000, hub_share=0.3)
    host = stream_speed.Host(flow)
    host.run()
    line = np.zeros((2, len(transfers.NAMES)), np.int64)
    spent = []
    for n in range(500 if quick else 5_000):
        begun = time.perf_counter_ns()
        now = int(flow.at[-1]) + n
        for side, account in ((0, n % 5_000), (1, (n * 7) % 5_000)):
            kernel.answer(host.rows[account], transfers.LAYOUT, now, line[side])
        forest_scores(forest, line.ravel()[None, :COLUMNS].astype(np.float32))
        spent.append((time.perf_counter_ns() - begun) / 1_000)
    found = {"median_us": statistics.median(spent), "p99_us": float(np.quantile(spent, 0.99))}
    show(
        "one decision: both accounts asked from Python, model scored (wall, microseconds)",
        ["", "median", "p99"], [["features and model", found["median_us"], found["p99_us"]]],
    )  # fmt: skip
    return found


def bench(*, quick: bool) -> dict[str, Any]:
    """All figures of this file, printed."""
    found = {"model": model(quick=quick), "single": single(quick=quick)}
    found["decision"] = decisions(quick=quick)
    keep("speed_model", found)
    return found
