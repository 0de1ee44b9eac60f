"""The same period under another policy, side by side: who would be listed, who would leave, how much of it is noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    Pair = tuple[pl.DataFrame, pl.DataFrame]

_KEY = ["unit_kind", "unit_id", "period"]


def beside(now: pl.DataFrame, then: pl.DataFrame, evidence: pl.DataFrame) -> pl.DataFrame:
    """Every unit whose listing differs between two policies, with what speaks for it and how sure that is.

    Columns:
        now, then: listing tables of the contract under the policy in force and under the other one.
        evidence: the figures under the policy in force.
        returns: unit_kind, unit_id, period, listing_now, listing_then, change (enters, leaves, moves),
            implicated, expected, lower_ratio, upper_ratio, noise (the interval of the ratio holds 1).
    """
    moved = _moved(now, then)
    figures = ("implicated", "expected", "lower_ratio", "upper_ratio")
    if evidence.is_empty():
        known = pl.DataFrame(
            schema=dict.fromkeys(_KEY, pl.String) | dict.fromkeys(figures, pl.Float64)
        )
    else:
        known = evidence.select(*(pl.col(c).cast(pl.String) for c in _KEY), *figures)
    noise = (pl.col("lower_ratio") <= 1) & (pl.col("upper_ratio") >= 1)
    return moved.join(known, on=_KEY, how="left").with_columns(noise=noise).sort(_KEY)


def held(rows: pl.DataFrame, draws: Sequence[Pair]) -> pl.DataFrame:
    """The rows of `beside` with how often each change comes again when the cards are drawn again.

    Columns: those of `beside`, and held_share: the share of draws in which the unit changes likewise; what is
        missing to one is chance.
    """
    again = [
        _moved(*pair).select(*_KEY, "change").with_columns(draw=i) for i, pair in enumerate(draws)
    ]
    if not again:
        return rows.with_columns(held_share=pl.lit(None, dtype=pl.Float64))
    often = pl.concat(again).group_by(*_KEY, "change").agg(times=pl.len())
    share = (pl.col("times").fill_null(0) / len(draws)).alias("held_share")
    return rows.join(often, on=[*_KEY, "change"], how="left").with_columns(share).drop("times")


def by_chance(now: pl.DataFrame, draws: Sequence[pl.DataFrame]) -> float | None:
    """How many listings differ by chance alone: under the same policy, when the cards are drawn again, on average."""
    return sum(_moved(now, one).height for one in draws) / len(draws) if draws else None


def _moved(now: pl.DataFrame, then: pl.DataFrame) -> pl.DataFrame:
    """Units whose listing differs, and how."""
    sides = [
        frame.select(
            *(pl.col(c).cast(pl.String) for c in _KEY),
            pl.col("listing").cast(pl.String).alias(name),
        )
        for frame, name in ((now, "listing_now"), (then, "listing_then"))
    ]
    both = sides[0].join(sides[1], on=_KEY, how="full", coalesce=True)
    both = both.with_columns(pl.col("listing_now", "listing_then").fill_null("none"))
    return both.filter(pl.col("listing_now") != pl.col("listing_then")).with_columns(
        change=pl.when(pl.col("listing_now") == "none")
        .then(pl.lit("enters"))
        .when(pl.col("listing_then") == "none")
        .then(pl.lit("leaves"))
        .otherwise(pl.lit("moves"))
    )
