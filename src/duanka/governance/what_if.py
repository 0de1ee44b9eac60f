"""The same period under another policy, side by side: who would be listed, who would leave, how much of it is noise."""

from __future__ import annotations

import polars as pl

_KEY = ["unit_kind", "unit_id", "period"]


def beside(now: pl.DataFrame, then: pl.DataFrame, evidence: pl.DataFrame) -> pl.DataFrame:
    """Every unit whose listing differs between two policies, with what speaks for it and how sure that is.

    Columns:
        now, then: listing tables of the contract under the policy in force and under the other one.
        evidence: the figures under the policy in force.
        returns: unit_kind, unit_id, period, listing_now, listing_then, change (enters, leaves, moves),
            implicated, expected, lower_ratio, upper_ratio, noise (the interval of the ratio holds 1).
    """
    sides = [
        frame.select(
            *(pl.col(c).cast(pl.String) for c in _KEY),
            pl.col("listing").cast(pl.String).alias(name),
        )
        for frame, name in ((now, "listing_now"), (then, "listing_then"))
    ]
    both = sides[0].join(sides[1], on=_KEY, how="full", coalesce=True)
    both = both.with_columns(pl.col("listing_now", "listing_then").fill_null("none"))
    moved = both.filter(pl.col("listing_now") != pl.col("listing_then")).with_columns(
        change=pl.when(pl.col("listing_now") == "none")
        .then(pl.lit("enters"))
        .when(pl.col("listing_then") == "none")
        .then(pl.lit("leaves"))
        .otherwise(pl.lit("moves"))
    )
    figures = ("implicated", "expected", "lower_ratio", "upper_ratio")
    if evidence.is_empty():
        known = pl.DataFrame(
            schema=dict.fromkeys(_KEY, pl.String) | dict.fromkeys(figures, pl.Float64)
        )
    else:
        known = evidence.select(*(pl.col(c).cast(pl.String) for c in _KEY), *figures)
    noise = (pl.col("lower_ratio") <= 1) & (pl.col("upper_ratio") >= 1)
    return moved.join(known, on=_KEY, how="left").with_columns(noise=noise).sort(_KEY)
