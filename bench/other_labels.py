"""What the police and victims have told by an instant of a stranger's town: late, in part, now and then wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from datetime import datetime

Tables = dict[str, pl.DataFrame]
CARDS = (("account", "account", "account_id"), ("sim", "sim", "sim_id"))


@dataclass(frozen=True)
class Telling:
    """How much is told: shares of bad cards labelled and of victims who report, days of delay, mistakes."""

    share: float = 0.45
    median_days: float = 9.0
    wrong: float = 0.02
    cleared: float = 0.5
    reported: float = 0.15
    most: int | None = None
    """At most so many labels of a kind, the first that became known."""


def told(
    tables: Tables, truth: Tables, telling: Telling, *, as_of: datetime, seed: int = 7
) -> Tables:
    """The town's labels and leads as they stand before `as_of`, by the contract's tables."""
    rng = np.random.default_rng(seed)
    labels = []
    for kind, table, key in CARDS:
        if table in tables:
            labels += _labels(tables[table][key], truth["truth_card"], (kind, telling, as_of), rng)
    label = pl.DataFrame(
        labels,
        schema={
            "card_kind": pl.String,
            "card_id": pl.String,
            "implicated": pl.Boolean,
            "known_at": pl.Datetime("us", "UTC"),
            "source": pl.String,
        },
        orient="row",
    ).filter(pl.col("known_at") < as_of)
    return {
        "label": label,
        "lead": _leads(tables, truth, telling, rng).filter(pl.col("issued_at") < as_of),
    }


def _labels(
    cards: pl.Series,
    truth: pl.DataFrame,
    how: tuple[str, Telling, datetime],
    rng: np.random.Generator,
) -> list[tuple[object, ...]]:
    kind, telling, as_of = how
    bad = truth.filter(pl.col("card_kind") == kind, "bad").sort("bad_from", "card_id")
    rows: list[tuple[object, ...]] = []
    for card, since in bad.select("card_id", "bad_from").iter_rows():
        at = since + timedelta(days=float(telling.median_days * rng.lognormal(0, 0.9)))
        mistaken = rng.random() < telling.wrong
        if rng.random() >= telling.share:
            continue
        named = str(cards[int(rng.integers(len(cards)))]) if mistaken else card
        rows.append((kind, named, True, at, "police"))
        if mistaken and rng.random() < telling.cleared:
            rows.append(
                (kind, named, False, at + timedelta(days=float(rng.uniform(3, 20))), "appeal")
            )
    rows = [row for row in rows if row[3] < as_of]  # type: ignore[operator]
    rows.sort(key=lambda row: row[3])  # type: ignore[arg-type,return-value]
    return rows if telling.most is None else rows[: telling.most]


def _leads(
    tables: Tables, truth: Tables, telling: Telling, rng: np.random.Generator
) -> pl.DataFrame:
    """Victims report whom they paid, hours to days after; some name the number that called."""
    illicit = truth["truth_event"].filter("illicit")["event_id"]
    bad = truth["truth_card"].filter("bad")["card_id"]
    parts = []
    for kind, table, payer, card in (
        ("account", "transfer", "payer_id", "payee_id"),
        ("sim", "call", "callee_id", "caller_id"),
    ):
        if table not in tables:
            continue
        rows = tables[table].filter(
            pl.col(f"{table}_id").is_in(illicit.implode()),
            pl.col(card).is_in(bad.implode()),
            ~pl.col(payer).is_in(bad.implode()),
        )
        share = telling.reported if kind == "account" else telling.reported / 30
        rows = rows.filter(pl.Series(rng.random(rows.height) < share))
        late = np.minimum(rng.lognormal(2.5, 1.2, rows.height), 500) * 3.6e9
        parts.append(
            rows.select(
                issued_at=pl.col("at") + pl.Series(late.astype(np.int64)).cast(pl.Duration("us")),
                issuer_id=pl.lit("PSB"),
                card_kind=pl.lit(kind),
                card_id=pl.col(card),
                loss_fen=pl.col("amount_fen") if kind == "account" else pl.lit(None, pl.Int64),
            )
        )
    found = pl.concat(parts).sort("issued_at", "card_id")
    return found.with_columns(pl.format("lead-{}", pl.int_range(pl.len())).alias("lead_id"))
