"""`duanka discipline facts`: the threshold facts of a folder of records, as they were known at an instant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from duanka.cases.order_terms import regime_at
from duanka.cases.threshold_facts import facts
from duanka.jobs.dataset import parse_instant
from duanka.jobs.open_cases import Judged, read_table, register

if TYPE_CHECKING:
    from pathlib import Path

    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Policy

_OFFICIAL = ("police", "court")


def threshold_facts(
    data: Path, policy: Policy, *, as_of: str | None, say: Progress
) -> pl.DataFrame:
    """Every fact of every holder of an implicated card, counted from what was known before the instant.

    Without an instant, now. Columns: see `cases.threshold_facts.facts`.
    """
    at = datetime.now(UTC) if as_of is None else parse_instant(as_of)
    with say.stage("读取 reading"):
        cards = register(Judged(data, data))
        transfers = read_table(data, "transfer", ("payee_id", "amount_fen", "at", "outcome"))
        labels = read_table(data, "label")
    last = (
        labels.filter(pl.col("known_at") < at)
        .sort("known_at")
        .group_by("card_kind", "card_id")
        .last()
    )
    bad = last.filter(pl.col("implicated"), pl.col("source").cast(pl.String).is_in(_OFFICIAL))
    named = bad.select(pl.col("card_kind").cast(pl.String), "card_id")
    implicated = cards.join(named, on=["card_kind", "card_id"], how="semi")
    done = transfers.filter(
        pl.col("at") < at, pl.col("outcome").cast(pl.String).fill_null("success") == "success"
    )
    with say.stage("计数 counting"):
        return facts(
            implicated.select("holder_id", "card_kind", "card_id"),
            done.select("payee_id", "amount_fen"),
            regime_at(policy, at),
        )
