"""Stock and growth (去存量、控增量): dormant and surplus cards, campaigns with their answers, curves of new cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.governance import delays, months
from duanka.governance.conduct import share_bounds
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from duanka.governance.horizon import Horizon
    from duanka.store.ledger_desk import Desk

    Floats = NDArray[np.float64]

ANSWERS = ("passed", "failed", "no_answer", "came_later", "asked")
"""What holders who were asked to verify again did, in the words of the ledger; `asked` still has time."""
COUNTS = tuple("waiting_count" if one == "asked" else f"{one}_count" for one in ANSWERS)
ASKED: dict[str, type[pl.DataType]] = dict.fromkeys(
    ("campaign_id", "name", "started_at", "institution_id", "card_kind", "card_id", "answer"), pl.String
)  # fmt: skip


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


def campaigns(asked: pl.DataFrame) -> pl.DataFrame:
    """How each clean-up went at each institution: how many were asked, and what came back so far.

    Columns:
        asked: campaign_id, name, started_at, institution_id, card_kind, answer (a word of ANSWERS); a row a holder's card.
        returns: campaign_id, name, started_at, institution_id, card_kind, asked_count, one count for each answer
            (asked is who has not answered yet), answered_share, failed_lower and failed_upper (between what the
            share of those failing lies among who answered).
    """
    keys = ["campaign_id", "name", "started_at", "institution_id", "card_kind"]
    rows = (
        asked.group_by(keys)
        .agg(
            pl.len().cast(pl.Int64).alias("asked_count"),
            *(
                (pl.col("answer") == answer).sum().cast(pl.Int64).alias(name)
                for answer, name in zip(ANSWERS, COUNTS, strict=True)
            ),
        )
        .sort(keys)
    )
    answered = pl.sum_horizontal("passed_count", "failed_count", "came_later_count")
    n = rows.select(answered).to_series().to_numpy().astype(np.float64)
    k = rows["failed_count"].to_numpy().astype(np.float64)
    low, high = share_bounds(k, np.maximum(n, 1.0))
    told = {"failed_lower": low, "failed_upper": high}
    return rows.with_columns(
        answered_share=answered / pl.col("asked_count"),
        **{c: pl.Series(np.where(n > 0, v, np.nan)).fill_nan(None) for c, v in told.items()},
    )


def asked_again(desk: Desk) -> pl.DataFrame:
    """Every holder's card that a clean-up asked about, as the ledger's records of re-verification tell it.

    Columns: campaign_id, name, started_at, institution_id, card_kind, card_id, answer.
    """
    known = {one.id: one.body for one in desk.each(Wanted("campaign"))}
    rows = []
    for one in desk.each(Wanted("reverification")):
        of = known.get(one.parent_id)
        if of is not None and one.body["why"] == "clean_up":
            kind, _, card_id = one.about.partition(":")
            place = (one.institution_id, kind, card_id, one.state)
            rows.append((one.parent_id, of["name"], of["started_at"], *place))
    return pl.DataFrame(rows, schema=ASKED, orient="row")


def joined(standing: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """The stock of each institution beside what its clean-ups brought: each card that was asked about counts once.

    Columns: those of `standing`; asked_count and a count for each answer over all campaigns, null where there was none.
    """
    once = asked.sort("started_at", "campaign_id").unique(
        ["institution_id", "card_kind", "card_id"], keep="last", maintain_order=True
    )
    names = ["asked_count", *COUNTS]
    counts = once.group_by("institution_id", "card_kind").agg(
        pl.len().cast(pl.Int64).alias("asked_count"),
        *(
            (pl.col("answer") == answer).sum().cast(pl.Int64).alias(name)
            for answer, name in zip(ANSWERS, COUNTS, strict=True)
        ),
    )
    told = standing.join(
        counts, on=["institution_id", "card_kind"], how="left", maintain_order="left"
    )
    return told.select(*standing.columns, *names)


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
