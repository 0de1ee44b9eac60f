"""Stock and growth (去存量、控增量): dormant and surplus cards, campaigns with their answers, curves of new cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.governance import delays, months

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from duanka.governance.horizon import Horizon

    Floats = NDArray[np.float64]

ANSWERS = ("kept", "closed", "no_answer", "complained", "wrongly_closed")


def standing(frames: Mapping[str, pl.DataFrame], *, most_cards: int) -> pl.DataFrame:
    """Cards of each institution by status, and those beyond what one holder may have with it.

    Columns: institution_id, card_kind, cards, dormant_count, closed_count, surplus_count (cards that are not
        closed beyond `most_cards` of one holder).
    """
    parts = []
    for kind in ("account", "sim"):
        if kind not in frames or frames[kind].is_empty():
            continue
        status = pl.col("status").cast(pl.String)
        rows = frames[kind].with_columns(
            dormant=(status == "dormant").fill_null(value=False),
            closed=(status == "closed").fill_null(value=False),
        )
        held = rows.group_by("institution_id", "holder_id").agg(
            cards=pl.len(),
            dormant=pl.col("dormant").sum(),
            closed=pl.col("closed").sum(),
            surplus=((~pl.col("closed")).sum().cast(pl.Int64) - most_cards).clip(lower_bound=0),
        )
        parts.append(
            held.group_by("institution_id")
            .agg(
                card_kind=pl.lit(kind).first(),
                cards=pl.col("cards").sum().cast(pl.Int64),
                dormant_count=pl.col("dormant").sum().cast(pl.Int64),
                closed_count=pl.col("closed").sum().cast(pl.Int64),
                surplus_count=pl.col("surplus").sum(),
            )
            .sort("institution_id")
        )
    names = ("cards", "dormant_count", "closed_count", "surplus_count")
    schema = {"institution_id": pl.String, "card_kind": pl.String} | dict.fromkeys(names, pl.Int64)
    return pl.concat(parts) if parts else pl.DataFrame(schema=schema)


def campaign(asked: pl.DataFrame) -> pl.DataFrame:
    """How a clean-up went at each institution: how many were asked, and what came back.

    Columns:
        asked: institution_id, answer (a word of ANSWERS).
        returns: institution_id, asked_count, and one share for each answer.
    """
    return (
        asked.group_by("institution_id")
        .agg(
            pl.len().alias("asked_count"),
            *((pl.col("answer") == answer).mean().alias(f"{answer}_share") for answer in ANSWERS),
        )
        .sort("institution_id")
    )


def vintages(attributed: pl.DataFrame, span: Horizon) -> pl.DataFrame:
    """The curve of each month's new cards: how many were known as implicated by each month of age.

    Columns: card_kind, opened (month), age_months, opened_count, known_count (so far), per_10k, seen_share (how
        much of what this age will show could be seen; 0 where nothing could), expected_per_10k (in the end).
    """
    cover = span.cover()
    rows: list[tuple[object, ...]] = []
    for kind in ("account", "sim"):
        mine = attributed.filter(
            (pl.col("card_kind") == kind) & (pl.col("opened_month") >= span.first)
        )
        size = span.last - span.first + 1
        at = mine["opened_month"].to_numpy() - span.first
        opened = np.bincount(at, minlength=size).astype(np.float64)
        age = (mine["known_month"] - mine["opened_month"]).fill_null(-1).to_numpy()
        inside = (age >= 0) & (age < span.young)
        known = np.zeros((size, span.young))
        np.add.at(known, (at[inside], age[inside]), 1.0)
        hazard = delays.hazards(opened, known, cover)
        for month, count in enumerate(opened):
            rows += _curve(
                kind,
                months.name_of(span.first + month),
                count,
                known=known[month],
                hazard=hazard,
                seen=cover[month:],
            )
    names = ("opened", "age_months", "opened_count", "known_count")
    schema: dict[str, type[pl.DataType]] = {"card_kind": pl.String, "opened": pl.String}
    schema |= dict.fromkeys(names[1:], pl.Int64)
    schema |= dict.fromkeys(("per_10k", "seen_share", "expected_per_10k"), pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _curve(
    kind: str,
    opened_in: str,
    count: float,
    *,
    known: Floats,
    hazard: Floats,
    seen: Floats,
) -> list[tuple[object, ...]]:
    if count == 0:
        return []
    rows: list[tuple[object, ...]] = []
    so_far, expected = np.cumsum(known), np.cumsum(hazard)
    for age in range(known.size):
        in_time = float(seen[age]) if age < seen.size else 0.0
        told = (int(so_far[age]), 10_000 * so_far[age] / count, in_time, 10_000 * expected[age])
        rows.append((kind, opened_in, age, int(count), *told))
    return rows
