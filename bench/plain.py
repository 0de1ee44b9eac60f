"""What everybody builds first: a few rules, and raw counts for LightGBM. The figures mean something beside these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from numpy.typing import NDArray

Frames = dict[str, pl.DataFrame]
SETTINGS: dict[str, Any] = {
    "objective": "binary", "learning_rate": 0.05, "num_leaves": 15, "min_data_in_leaf": 20,
    "feature_fraction": 0.7, "lambda_l2": 5.0, "num_threads": 1, "deterministic": True,
    "force_col_wise": True, "seed": 11, "verbosity": -1,
}  # fmt: skip
ROUNDS = 150
DAYS = (7, 30)
NIGHT = (pl.col("at").dt.convert_time_zone("Asia/Shanghai").dt.hour() + 1) % 24 < 7


@dataclass(frozen=True)
class Table:
    """Raw counts of one subject; `id` and numbers, one row a judged card, event or application."""

    frame: pl.DataFrame

    @property
    def numbers(self) -> NDArray[np.float32]:
        """All but the id and the instant."""
        return self.frame.select(pl.all().exclude("id", "at").cast(pl.Float32)).to_numpy()


def accounts(frames: Frames, as_of: datetime) -> Table:
    """Accounts as they stood: counts and sums of a week and a month, age."""
    t = frames["transfer"].filter(pl.col("at") < as_of)
    out = frames["account"].select(id="account_id", age=_days(as_of, "opened_at"))
    for days in DAYS:
        part = t.filter(pl.col("at") >= as_of - pl.duration(days=days))
        for side, other, name in (("payer_id", "payee_id", "out"), ("payee_id", "payer_id", "in")):
            told = part.group_by(side).agg(
                pl.len().alias(f"{name}_count_{days}"),
                pl.col("amount_fen").sum().alias(f"{name}_sum_{days}"),
                pl.col("amount_fen").max().alias(f"{name}_largest_{days}"),
                pl.col(other).n_unique().alias(f"{name}_others_{days}"),
                NIGHT.sum().alias(f"{name}_night_{days}"),
            )
            out = out.join(told, left_on="id", right_on=side, how="left", maintain_order="left")
    return Table(out.with_columns(pl.all().exclude("id", "age").fill_null(0)))


def sims(frames: Frames, as_of: datetime) -> Table:
    """Phone cards as they stood: calls out and in, who, how long, messages, age."""
    c, m = (frames[n].filter(pl.col("at") < as_of) for n in ("call", "message"))
    out = frames["sim"].select(id="sim_id", age=_days(as_of, "activated_at"))
    for days in DAYS:
        since = as_of - pl.duration(days=days)
        part, texts = c.filter(pl.col("at") >= since), m.filter(pl.col("at") >= since)
        for side, other, name in (
            ("caller_id", "callee_id", "out"),
            ("callee_id", "caller_id", "in"),
        ):
            told = part.group_by(side).agg(
                pl.len().alias(f"{name}_count_{days}"),
                pl.col("duration_s").sum().alias(f"{name}_seconds_{days}"),
                pl.col("answered").mean().alias(f"{name}_answered_{days}"),
                pl.col(other).n_unique().alias(f"{name}_others_{days}"),
                NIGHT.sum().alias(f"{name}_night_{days}"),
            )
            out = out.join(told, left_on="id", right_on=side, how="left", maintain_order="left")
        told = texts.group_by("receiver_id").agg(
            pl.len().alias(f"texts_{days}"),
            (pl.col("message_kind").cast(pl.String) == "code").sum().alias(f"codes_{days}"),
        )
        out = out.join(
            told, left_on="id", right_on="receiver_id", how="left", maintain_order="left"
        )
    return Table(out.with_columns(pl.all().exclude("id", "age").fill_null(0)))


def _days(as_of: datetime, column: str) -> pl.Expr:
    return (pl.lit(as_of) - pl.col(column)).dt.total_seconds() / 86_400


def _running(column: str, name: str) -> list[pl.Expr]:
    """How many earlier events of the same card, and how long ago the last was."""
    before = pl.int_range(pl.len()).over(column)
    since = (pl.col("at") - pl.col("at").shift(1).over(column)).dt.total_seconds()
    return [before.alias(f"{name}_count"), since.alias(f"{name}_since")]


def _in_a_day(frame: pl.DataFrame, column: str) -> pl.Series:
    """How many events of the same card there were in the day before and with this one."""
    told = (
        frame.with_row_index("n")
        .sort(column, "at")
        .rolling("at", period="1d", group_by=column)
        .agg(pl.col("n").last(), pl.len().alias("day"))
    )
    return told.sort("n")["day"]


def transfers(frames: Frames, as_of: datetime) -> Table:
    """Transfers as they were made: amount, hour, first of the pair, running counts of both sides."""
    t = frames["transfer"].filter(pl.col("at") < as_of).sort("at", "transfer_id")
    first = pl.struct("payer_id", "payee_id").is_first_distinct()
    sums = [
        (pl.col("amount_fen").cum_sum().over(c) - pl.col("amount_fen")).alias(f"{n}_sum")
        for c, n in (("payer_id", "payer"), ("payee_id", "payee"))
    ]
    ages = [
        _age(frames["account"], "account_id", "opened_at", t, c) for c in ("payer_id", "payee_id")
    ]
    return Table(
        t.select(
            pl.col("transfer_id").alias("id"), "at", "amount_fen", NIGHT.alias("night"),
            first.alias("first"), pl.col("channel").to_physical().alias("channel"),
            *_running("payer_id", "payer"), *_running("payee_id", "payee"), *sums,
            pl.Series("payee_day", _in_a_day(t, "payee_id")),
            pl.Series("payer_age", ages[0]), pl.Series("payee_age", ages[1]),
        )
    )  # fmt: skip


def calls(frames: Frames, as_of: datetime) -> Table:
    """Calls as they began: hour, first of the pair, running counts of both sides."""
    c = frames["call"].filter(pl.col("at") < as_of).sort("at", "call_id")
    first = pl.struct("caller_id", "callee_id").is_first_distinct()
    return Table(
        c.select(
            pl.col("call_id").alias("id"), "at", NIGHT.alias("night"), first.alias("first"),
            pl.col("roaming").alias("roaming"),
            *_running("caller_id", "caller"), *_running("callee_id", "callee"),
            pl.Series("caller_day", _in_a_day(c, "caller_id")),
            pl.Series("caller_age", _age(frames["sim"], "sim_id", "activated_at", c, "caller_id")),
        )
    )  # fmt: skip


def openings(frames: Frames, as_of: datetime) -> Table:
    """Applications as they were made: hour, kind, earlier ones of the applicant and of the companion."""
    o = frames["opening"].filter(pl.col("at") < as_of).sort("at", "opening_id")
    company = pl.int_range(pl.len()).over("companion_id")
    return Table(
        o.select(
            pl.col("opening_id").alias("id"), "at", NIGHT.alias("night"),
            (pl.col("card_kind").cast(pl.String) == "sim").alias("sim"),
            *_running("applicant_id", "applicant"),
            pl.when(pl.col("companion_id").is_not_null()).then(company).otherwise(-1).alias("company"),
            *_running("terminal_id", "terminal"),
        )
    )  # fmt: skip


def _age(cards: pl.DataFrame, key: str, since: str, events: pl.DataFrame, side: str) -> pl.Series:
    met = events.join(
        cards.select(key, since), left_on=side, right_on=key, how="left", maintain_order="left"
    )
    return met.select((pl.col("at") - pl.col(since)).dt.total_seconds() / 86_400).to_series()


COUNTS: Mapping[str, Callable[[Frames, datetime], Table]] = {
    "account": accounts, "sim": sims, "transfer": transfers, "call": calls, "opening": openings,
}  # fmt: skip
YUAN = 100
# One point a rule; what breaks ties is how much there is of it.
RULES: Mapping[str, tuple[list[pl.Expr], pl.Expr]] = {
    "account": (
        [
            pl.col("in_others_30") >= 8,
            (pl.col("in_sum_30") >= 20_000 * YUAN)
            & (pl.col("out_sum_30") / pl.col("in_sum_30")).is_between(0.9, 1.1),
            pl.col("in_sum_30") >= 50_000 * YUAN,
            pl.col("age") < 90,
            pl.col("out_night_30") >= 3,
            (pl.col("in_count_7") >= 3) & (pl.col("in_count_30") == pl.col("in_count_7")),
        ],
        pl.col("in_sum_30"),
    ),
    "sim": (
        [
            pl.col("out_count_30") >= 30,
            (pl.col("out_count_30") >= 10)
            & (pl.col("out_others_30") >= 0.9 * pl.col("out_count_30")),
            (pl.col("out_count_30") >= 10)
            & (pl.col("in_count_30") <= 0.1 * pl.col("out_count_30")),
            pl.col("age") < 90,
            (pl.col("codes_30") >= 10) & (pl.col("out_count_30") <= 2),
        ],
        pl.col("out_others_30") + pl.col("codes_30"),
    ),
    "transfer": (
        [
            pl.col("first"),
            pl.col("amount_fen") >= 5_000 * YUAN,
            pl.col("amount_fen") >= 50_000 * YUAN,
            pl.col("night"),
            pl.col("payee_day") >= 4,
            pl.col("payee_age") < 60,
        ],
        pl.col("amount_fen"),
    ),
    "call": (
        [
            pl.col("first"),
            pl.col("caller_day") >= 10,
            pl.col("caller_day") >= 30,
            pl.col("caller_age") < 60,
            pl.col("roaming").fill_null(value=False),
        ],
        pl.col("caller_day"),
    ),
    "opening": (
        [
            pl.col("applicant_count") >= 2,
            pl.col("company") >= 1,
            pl.col("applicant_since") < 30 * 86_400,
            pl.col("terminal_since") < 600,
        ],
        pl.col("applicant_count"),
    ),
}


def by_rules(table: Table, subject: str) -> NDArray[np.float64]:
    """How many rules each row trips, ties by amount."""
    rules, tie = RULES[subject]
    points = sum((rule.fill_null(value=False).cast(pl.Float64) for rule in rules), pl.lit(0.0))
    rank = tie.fill_null(0).rank("average") / (pl.len() + 1)
    return table.frame.select((points + rank).alias("score"))["score"].to_numpy()


def learn(parts: list[tuple[NDArray[np.float32], NDArray[np.int8]]]) -> Any:
    """LightGBM on raw counts of the practice towns; at most 300 others for each bad row of a town."""
    import lightgbm

    rng = np.random.default_rng(3)
    X, y = [], []
    for part, truth in parts:
        bad, others = np.flatnonzero(truth == 1), np.flatnonzero(truth == 0)
        taken = rng.choice(others, min(others.size, 300 * max(bad.size, 1), 40_000), replace=False)
        rows = np.concatenate([bad, taken])
        X.append(part[rows])
        y.append(truth[rows])
    data = lightgbm.Dataset(np.concatenate(X), np.concatenate(y))
    return lightgbm.train(SETTINGS, data, ROUNDS)
