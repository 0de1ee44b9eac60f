"""The peers: snapml's Graph Feature Preprocessor, Polars rolling windows, DuckDB range windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

DAY_S = 86_400
BATCH = 128
BINS = [1, 2, 3, 4, 5, 8, 12, 20]
WINDOWS = ("1h", "1d", "7d", "30d", "90d")
_INTERVALS = {
    "1h": "1 hour", "1d": "1 day", "7d": "7 days", "30d": "30 days", "90d": "90 days",
}  # fmt: skip


def snapml_settings(how: str) -> dict[str, Any]:
    """Its settings by name; windows in days.

    `quick` is what its speed is measured with: no cycles. `wide` did best of seven tried on the
    validation days of amlgentex_a25k; on the denser amlsim_10Kd it did not finish within ten
    CPU-minutes, so `cycles` stands there.
    """
    past, near, gather, cycle = {
        "quick": (30, 7, 5, 0),
        "cycles": (30, 7, 5, 5),
        "wide": (90, 1, 30, 15),
    }[how]
    settings: dict[str, Any] = {
        "num_threads": 1,
        "time_window": past * DAY_S,
        "vertex_stats": True,
        "vertex_stats_tw": past * DAY_S,
        "vertex_stats_cols": [4],
        "vertex_stats_feats": [0, 1, 2, 3, 4, 8, 9, 10],
    }
    for pattern, days in (
        ("fan", near),
        ("degree", near),
        ("scatter-gather", gather),
        ("temp-cycle", cycle),
    ):
        bins = BINS if pattern != "temp-cycle" else [2, 3, 4, 5, 6, 8]
        settings[pattern] = days > 0
        settings |= {f"{pattern}_tw": max(days, 1) * DAY_S, f"{pattern}_bins": bins}
    return settings


def snapml_features(
    edges: NDArray[np.float64], *, batch: int = BATCH, how: str, warm: int = 0
) -> NDArray[np.float32]:
    """Its features of every edge after the first `warm`, batch by batch.

    A row sees the later rows of its own batch: the library computes after inserting the whole batch.
    """
    from snapml import GraphFeaturePreprocessor

    graph = GraphFeaturePreprocessor()
    graph.set_params(snapml_settings(how))
    if warm:
        graph.partial_fit(np.ascontiguousarray(edges[:warm]))
    width = edges.shape[1]
    parts = [
        graph.transform(np.ascontiguousarray(edges[at : at + batch]))[:, width:].astype(np.float32)
        for at in range(warm, len(edges), batch)
    ]
    return np.concatenate(parts)


def _two_sided(payer: Ints, payee: Ints, at: Ints, value: Ints) -> pl.DataFrame:
    n = np.arange(at.size)
    one = pl.DataFrame({"card": payer, "at": at, "n": n, "out": value, "in": np.zeros_like(value)})
    other = pl.DataFrame(
        {"card": payee, "at": at, "n": n, "out": np.zeros_like(value), "in": value}
    )
    return pl.concat([one, other]).with_columns(pl.col("at").cast(pl.Datetime("us")))


def polars_rolling(payer: Ints, payee: Ints, at: Ints, value: Ints) -> int:
    """How many rows were answered: count and sum, in and out, in five windows (20 columns a side)."""
    both = _two_sided(payer, payee, at, value).sort("card", "at")
    rows = 0
    for window in WINDOWS:
        rows = (
            both.rolling("at", period=window, group_by="card", closed="left")
            .agg(
                pl.col("out").sum().alias("out_sum"), pl.col("in").sum().alias("in_sum"),
                (pl.col("out") > 0).sum().alias("out_count"), (pl.col("in") > 0).sum().alias("in_count"),
            )
            .height
        )  # fmt: skip
    return rows


def duckdb_windows(payer: Ints, payee: Ints, at: Ints, value: Ints) -> int:
    """How many rows were answered: the same 20 columns as range windows over one table."""
    import duckdb

    both = _two_sided(payer, payee, at, value)
    parts = []
    for name, interval in _INTERVALS.items():
        over = (
            "over (partition by card order by happened range between "
            f"interval {interval} preceding and interval 1 microsecond preceding)"
        )
        parts += [
            f'sum("{side}") {over} as {side}_sum_{name}, '
            f'count(*) filter ("{side}" > 0) {over} as {side}_count_{name}'
            for side in ("out", "in")
        ]
    with duckdb.connect() as db:
        db.execute("set threads = 1")
        db.register("both_sides", both.rename({"at": "happened"}).to_arrow())
        query = f"select card, happened, {', '.join(parts)} from both_sides"  # noqa: S608  # our own words
        return int(db.sql(query).to_arrow_table().num_rows)
