"""What was shared where cards were opened, bound and registered: companions, terminals, phones, company agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.evidence import AT, CARD, KIND, none, shaped, together

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duanka.network.rules import Rules

SEP = "␟"
"""Stands between the parts of a host that is a terminal in a stretch of time."""


def opened(
    frames: Mapping[str, pl.DataFrame], seeds: pl.DataFrame, *, since: datetime, rules: Rules
) -> pl.DataFrame:
    """Evidence that cards were opened with one companion, or at one terminal within minutes.

    Only hosts of a seed are told. An applicant who came along with themselves is nobody's companion.
    """
    rows = frames.get("opening")
    if rows is None or rows.is_empty():
        return none()
    granted = rows.lazy().filter(pl.col("at") >= since, pl.col("card_id").is_not_null()).with_columns(
        pl.col("card_kind").cast(pl.String).cast(KIND)
    )  # fmt: skip
    companions = granted.filter(
        pl.col("companion_id").is_not_null(), pl.col("companion_id") != pl.col("applicant_id")
    ).select(*CARD, "at", pl.col("companion_id").alias("host"))
    stretch = pl.col("at").dt.truncate(f"{int(rules.terminal.total_seconds())}s")
    terminals = granted.filter(pl.col("terminal_id").is_not_null()).select(
        *CARD,
        "at",
        pl.format("{}" + SEP + "{}", "terminal_id", stretch.dt.timestamp("us")).alias("host"),
    )
    return together(
        (
            _hosts(companions, seeds, "person", "opened_with"),
            _hosts(terminals, seeds, "terminal", "opened_at"),
        )
    )


def bound(register: pl.DataFrame, seeds: pl.DataFrame) -> pl.DataFrame:
    """Evidence that accounts are bound to one SIM, and of an account and the SIM bound to it."""
    rows = register.lazy().filter(pl.col("sim_id").is_not_null())
    return _hosts(
        rows.select(*CARD, pl.col("since").alias("at"), pl.col("sim_id").alias("host")),
        pl.concat([seeds.select(CARD), _bound_seeds(register, seeds)]).unique(),
        "sim",
        "bound_to",
    )


def _bound_seeds(register: pl.DataFrame, seeds: pl.DataFrame) -> pl.DataFrame:
    sims = seeds.filter(pl.col("card_kind") == "sim").select(pl.col("card_id").alias("sim_id"))
    return register.join(sims, on="sim_id", how="semi").select(CARD)


def run(
    frames: Mapping[str, pl.DataFrame], register: pl.DataFrame, seeds: pl.DataFrame
) -> pl.DataFrame:
    """Evidence that companies whose accounts are told share a representative or a contact phone."""
    companies = frames.get("organisation")
    if companies is None or companies.is_empty():
        return none()
    cards = register.lazy().filter(pl.col("owner_kind") == "organisation")
    joined = cards.join(
        companies.lazy().select("organisation_id", "legal_person_id", "contact_sim_id"),
        left_on="owner_id",
        right_on="organisation_id",
    )
    return together(
        _hosts(
            joined.filter(pl.col(column).is_not_null()).select(
                *CARD, pl.col("since").alias("at"), pl.col(column).alias("host")
            ),
            seeds,
            right,
            "run_by",
        )
        for column, right in (("legal_person_id", "person"), ("contact_sim_id", "sim"))
    )


def held(register: pl.DataFrame, cards: pl.DataFrame) -> pl.DataFrame:
    """Edges from these cards to the person or company that holds each of them."""
    rows = register.join(cards.select(CARD), on=CARD, how="semi")
    return shaped(
        rows.select(
            pl.col("card_kind").alias("left_kind"),
            pl.col("card_id").alias("left_id"),
            pl.col("owner_kind").alias("right_kind"),
            pl.col("owner_id").alias("right_id"),
            pl.lit("held_by").alias("relation"),
            pl.lit(1.0).alias("weight"),
            pl.lit(1).alias("count"),
            pl.col("since").alias("first_at"),
            pl.col("since").alias("last_at"),
        )
    )


def _hosts(rows: pl.LazyFrame, seeds: pl.DataFrame, right: str, relation: str) -> pl.DataFrame:
    touched = rows.join(seeds.lazy().select(CARD), on=CARD, how="semi").select("host").unique()
    return shaped(
        rows.join(touched, on="host", how="semi")
        .group_by(*CARD, "host")
        .agg(
            pl.len().cast(pl.Int64).alias("count"),
            pl.col("at").cast(AT).min().alias("first_at"),
            pl.col("at").cast(AT).max().alias("last_at"),
        )
        .select(
            pl.col("card_kind").alias("left_kind"),
            pl.col("card_id").alias("left_id"),
            pl.lit(right).alias("right_kind"),
            pl.col("host").alias("right_id"),
            pl.lit(relation).alias("relation"),
            pl.lit(1.0).alias("weight"),
            "count",
            "first_at",
            "last_at",
        )
        .collect()
    )
