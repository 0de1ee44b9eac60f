"""Quality on the public transfer sets, under the protocol that came with them.

Sort by time; the first 60 % of days train, the next 20 % validate (early stopping, threshold), the
last 20 % test. Features of a row see earlier rows only, but for snapml's, which see their batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import lightgbm  # whole, for its classifier, before duanka imports it without scikit-learn
import numpy as np

import peers
import public_sets
from duanka.features import catalogue, vectors
from measure import SHARED, peer_missing, show, timed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

# The same for every feature set, chosen on the validation days.
SETTINGS: dict[str, Any] = {
    "objective": "binary", "metric": "average_precision", "learning_rate": 0.08, "num_leaves": 31,
    "min_data_in_leaf": 40, "feature_fraction": 0.4, "lambda_l2": 5.0,
    "pos_bagging_fraction": 1.0, "neg_bagging_fraction": 0.3, "bagging_freq": 1, "max_bin": 127,
    "num_threads": 1, "deterministic": True, "force_col_wise": True, "seed": 11, "verbosity": -1,
}  # fmt: skip
PEER = {"amlgentex_a25k": "wide", "amlsim_10Kd": "cycles"}
ROUNDS, PATIENCE = 500, 60
# (AP, F1) that came with the protocol, measured by others on another set of columns.
STATED = {
    "amlgentex_a25k": {"raw": (0.005, 0.012), "snapml": (0.395, 0.438), "own history + snapml": (0.559, 0.538)},
    "amlsim_10Kd": {"raw": (0.0006, 0.0), "snapml": (0.426, 0.404), "own history + snapml": (0.907, 0.851)},
}  # fmt: skip


@dataclass(frozen=True)
class Parts:
    """Which rows train, validate and test."""

    train: NDArray[np.bool_]
    check: NDArray[np.bool_]
    test: NDArray[np.bool_]


def parts_of(day: NDArray[np.int64]) -> Parts:
    """60, 20 and 20 % of the days that lie between the first and the last."""
    first, span = day.min(), day.max() - day.min() + 1
    share = (day - first) / span
    return Parts(share < 0.6, (share >= 0.6) & (share < 0.8), share >= 0.8)


def without_constants(X: Matrix, train: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The columns that take more than one value in the training days."""
    part = X[train]
    first = part[0]
    same = ((part == first) | (np.isnan(part) & np.isnan(first))).all(axis=0)
    return np.flatnonzero(~same)


def best_threshold(y: NDArray[np.int8], scores: NDArray[np.float64]) -> float:
    """The score at which F1 is highest."""
    from sklearn.metrics import precision_recall_curve

    precision, recall, at = precision_recall_curve(y, scores)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return float(at[min(int(np.argmax(f1)), len(at) - 1)])


def learn(X: Matrix, y: NDArray[np.int8], parts: Parts, *, rounds: int = ROUNDS) -> dict[str, Any]:
    """The figures of LightGBM on these columns, on the test days."""
    from sklearn.metrics import average_precision_score, f1_score

    columns = without_constants(X, parts.train)
    sides = [np.ascontiguousarray(X[part][:, columns]) for part in (parts.train, parts.check)]
    train = lightgbm.Dataset(sides[0], y[parts.train], params=SETTINGS)
    check = lightgbm.Dataset(sides[1], y[parts.check], reference=train)
    stop = lightgbm.early_stopping(PATIENCE, first_metric_only=True, verbose=False)
    spent = timed(
        lambda: lightgbm.train(SETTINGS, train, rounds, valid_sets=[check], callbacks=[stop]), 1
    )
    booster = spent.value
    checked = np.asarray(booster.predict(sides[1]))
    threshold = best_threshold(y[parts.check], checked)
    scores = np.asarray(booster.predict(X[parts.test][:, columns]))
    truth = y[parts.test]
    top = np.argsort(-scores, kind="stable")[: max(1, len(scores) // 100)]
    return {
        "columns": int(columns.size),
        "rounds": booster.best_iteration,
        "train_cpu_s": round(spent.cpu_s, 1),
        "validation_ap": float(average_precision_score(y[parts.check], checked)),
        "ap": float(average_precision_score(truth, scores)),
        "f1": float(f1_score(truth, scores >= threshold)),
        "recall_top_1pct": float(truth[top].sum() / max(truth.sum(), 1)),
    }


def transfers(name: str, *, rounds: int = ROUNDS) -> dict[str, Any]:
    """The figures of each set of columns on one public set."""
    held = public_sets.load(name)
    day = held.table["ts"].dt.epoch("d").to_numpy().astype(np.int64)
    parts = parts_of(day)
    _, raw = held.raw
    asker = held.asker()
    ours = timed(lambda: vectors.transfer_vectors(asker, np.arange(raw.shape[0])), 1)
    columns = {"raw": raw, "duanka": np.hstack([raw, ours.value])}
    spent = {"duanka": ours.cpu_s}
    if not peer_missing():
        edges = held.edges
        theirs = timed(lambda: peers.snapml_features(edges, how=PEER[name]), 1)
        columns["snapml"] = np.hstack([raw, theirs.value])
        columns["duanka + snapml"] = np.hstack([raw, ours.value, theirs.value])
        spent["snapml"] = theirs.cpu_s
    found = {}
    for what, X in columns.items():
        found[what] = learn(X, held.y, parts, rounds=rounds) | {"feature_cpu_s": spent.get(what)}
        print(f"   {name} {what}: AP {found[what]['ap']:.3f}", flush=True)
    _show(name, found, held.y[parts.test])
    return found


def _show(name: str, found: dict[str, Any], y: NDArray[np.int8]) -> None:
    keys = (
        "columns",
        "rounds",
        "validation_ap",
        "ap",
        "f1",
        "recall_top_1pct",
        "feature_cpu_s",
        "train_cpu_s",
    )
    rows = [[what, *(told[key] for key in keys)] for what, told in found.items()]
    rows += [
        [f"stated: {w}", None, None, None, ap, f1, None, None, None]
        for w, (ap, f1) in STATED[name].items()
    ]
    show(
        f"{name}: {int(y.sum())} of {len(y)} test transfers are laundering",
        ["columns of", *keys], rows,
        note="every set includes the raw columns; snapml's rows see up to 127 later rows of their batch",
    )  # fmt: skip


def accounts(name: str = "amlgentex_a25k") -> dict[str, Any]:
    """Five folds over accounts as they stood at the end of the period."""
    import polars as pl
    from sklearn.metrics import average_precision_score, roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    asker = public_sets.load(name).asker()
    r = asker.records
    who = r.accounts.judged
    X = vectors.account_vectors(asker, who, np.full(who.size, r.as_of))
    labels = pl.read_parquet(SHARED / name / "labels_accounts.parquet")
    ids = pl.DataFrame({"id": r.accounts.index.ids.gather(who)})
    truth = labels.select(id="a" + pl.col("account").cast(pl.String), y="mule")
    y = ids.join(truth, on="id", how="left", maintain_order="left")["y"].fill_null(0).to_numpy()
    keep = without_constants(X, np.ones(len(X), np.bool_))
    model = lightgbm.LGBMClassifier(
        n_estimators=150, learning_rate=0.05, num_leaves=15, min_child_samples=20, reg_lambda=5.0,
        colsample_bytree=0.3, n_jobs=1, random_state=11, verbosity=-1,
    )  # fmt: skip
    folds = StratifiedKFold(5, shuffle=True, random_state=11)
    scores = cross_val_predict(model, X[:, keep], y, cv=folds, method="predict_proba")[:, 1]
    top = np.argsort(-scores, kind="stable")[:100]
    found = {
        "accounts": int(who.size), "mules": int(y.sum()), "columns": int(keep.size),
        "features": len(catalogue.names_of("account")),
        "auc": float(roc_auc_score(y, scores)), "ap": float(average_precision_score(y, scores)),
        "precision_at_100": float(y[top].mean()),
    }  # fmt: skip
    show(
        f"{name}: {found['mules']} of {found['accounts']} accounts are mules, five folds",
        ["columns of", "auc", "ap", "precision at 100"],
        [
            ["duanka account", found["auc"], found["ap"], found["precision_at_100"]],
            ["stated: 20 aggregates", 0.956, 0.592, 0.89],
        ],
    )
    return found
