"""A dataset that is quick to write down, a small town, and vectors by name, for the tests of the features room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import polars as pl

from duanka import tables
from duanka.features import catalogue, records, streams, vectors
from duanka.simulate.world import Plan, build

START = datetime(2026, 5, 4, 2, tzinfo=UTC)
START_US = int(START.timestamp()) * 1_000_000
LATER = START + timedelta(days=400)


def when(**since) -> datetime:
    """An instant so long after the start."""
    return START + timedelta(**since)


def table(name: str, rows: list[dict]) -> pl.DataFrame:
    """Rows as a table of the contract; an `id` column that is left out is numbered."""
    numbered = [{f"{name}_id": f"{name}{n}", **row} for n, row in enumerate(rows)]
    held = [info.name for info in tables.columns(name)]
    columns = {c for row in numbered for c in row if c in held}
    return tables.typed(name, pl.DataFrame({c: [r.get(c) for r in numbered] for c in columns}))


def dataset(**rows: list[dict]) -> dict[str, pl.DataFrame]:
    """Tables by name."""
    return {name: table(name, found) for name, found in rows.items()}


def asker(data: dict[str, pl.DataFrame], as_of: datetime = LATER) -> vectors.Asker:
    """The dataset as it was known before the instant."""
    found = records.build(data, as_of)
    return vectors.Asker(found, streams.build(found))


def named(subject: str, matrix: np.ndarray, row: int = 0) -> dict[str, float]:
    """One vector by name."""
    return dict(zip(catalogue.names_of(subject), matrix[row].tolist(), strict=True))


def of_account(data, account: str, as_of: datetime = LATER) -> dict[str, float]:
    """An account's vector as of the instant, by name."""
    a = asker(data, as_of)
    card = a.records.accounts.index.find(pl.Series([account]))
    return named("account", vectors.account_vectors(a, card, np.array([a.records.as_of])))


def of_sim(data, sim: str, as_of: datetime = LATER) -> dict[str, float]:
    """A phone card's vector as of the instant, by name."""
    a = asker(data, as_of)
    card = a.records.sims.index.find(pl.Series([sim]))
    return named("sim", vectors.sim_vectors(a, card, np.array([a.records.as_of])))


def transfers_of(data, as_of: datetime = LATER) -> list[dict[str, float]]:
    """The vectors of all transfers in time order, by name."""
    a = asker(data, as_of)
    found = vectors.transfer_vectors(a, np.arange(a.records.transfers.at.size))
    return [named("transfer", found, row) for row in range(len(found))]


@cache
def hamlet() -> dict[str, pl.DataFrame]:
    """400 people over 30 days with three rings."""
    return dict(build(Plan(3, people=400, days=30, rings=3)).tables)
