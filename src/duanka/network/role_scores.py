"""Signals become scores of roles: log-odds added up, two kinds of evidence at least, victims set apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.role_signals import SIGNALS
from duanka.tables.words import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duanka.network.role_cards import Known

KEY = ["subject_kind", "subject_id"]
HOLDERS = ("person", "organisation")
KINDS_OF: dict[str, tuple[str, ...]] = {
    role: HOLDERS for role in ROLES if role not in ("mule", "runner", "victim", "insider")
} | {
    "mule": (*HOLDERS, "account", "sim"),
    "runner": (*HOLDERS, "account", "sim"),
    "victim": HOLDERS,
    "insider": ("staff",),
}
"""Of which subjects each role is asked."""
NEARNESS = ("pays", "paid", "contact")
"""Kinds of evidence that say only whom somebody is near to."""
LADDER = ("signal", "pattern", "suspicion", "lead")


def weights(known: Known, roles: Iterable[str]) -> pl.DataFrame:
    """What each signal adds to a role's log-odds at full strength: role, signal, weight, half, family."""
    found = []
    for role in roles:
        for name, signal in SIGNALS.items():
            for sign, key in ((1, f"{role}.{name}"), (-1, f"{role}.against.{name}")):
                if known.rules.has(f"roles.{key}"):
                    weight, half = sign * known.number(key), known.number(f"half.{name}")
                    found.append((role, name, weight, half, signal.family))
    schema = {"role": pl.String, "signal": pl.String, "weight": pl.Float64, "half": pl.Float64, "family": pl.String}  # fmt: skip
    return pl.DataFrame(found, schema=schema, orient="row")


def weighed(known: Known, signals: pl.DataFrame, roles: Iterable[str]) -> pl.DataFrame:
    """Every signal of a subject for every role it speaks to, with what it adds (`adds`, log-odds)."""
    kinds = [(role, kind) for role in roles for kind in KINDS_OF[role]]
    allowed = pl.DataFrame(
        kinds, schema={"role": pl.String, "subject_kind": pl.String}, orient="row"
    )
    strength = 1 - pl.lit(0.5).pow(pl.col("value") / pl.col("half"))
    return (
        signals.join(weights(known, roles), on="signal")
        .join(allowed, on=["role", "subject_kind"], how="semi")
        .with_columns(adds=pl.col("weight") * strength)
    )


def scored(known: Known, signals: pl.DataFrame, roles: Iterable[str]) -> pl.DataFrame:
    """The roles of each subject: subject_kind, subject_id, role, score, families, nearness.

    `families` counts the kinds of evidence that speak for the role clearly, `apart` those among them
    that say more than whom somebody is near to. What no table tells adds nothing.
    """
    roles = tuple(roles)
    parts = weighed(known, signals, roles)
    starts = pl.DataFrame(
        [(role, -known.number(f"{role}.start")) for role in roles],
        schema={"role": pl.String, "start": pl.Float64},
        orient="row",
    )
    clear = pl.col("adds") >= known.number("counted_log_odds")
    far = ~pl.col("family").is_in(NEARNESS)
    sums = parts.group_by(*KEY, "role").agg(
        pl.col("adds").sum(),
        pl.col("family").filter(clear).n_unique().alias("families"),
        pl.col("family").filter(clear & far).n_unique().alias("apart"),
    )
    logit = pl.col("start") + pl.col("adds")
    return (
        sums.join(starts, on="role")
        .with_columns(score=(1 / (1 + (-logit.clip(-30, 30)).exp())).round(6))
        .select(*KEY, "role", "score", "families", "apart")
        .sort(*KEY, "role")
    )


def kept(known: Known, found: pl.DataFrame) -> pl.DataFrame:
    """The scores worth telling, with the rung of the evidence ladder each stands on.

    One kind of evidence makes no role. Of somebody who looks like a victim another role is told only
    on evidence that is more than nearness, of two kinds: who was robbed stands near to robbers.
    """
    least = known.number("least_families")
    robbed = found.filter(
        pl.col("role") == "victim", pl.col("families") >= least,
        pl.col("score") >= known.number("suspicion_score"),
    )  # fmt: skip
    marked = found.join(robbed.select(*KEY, pl.lit(value=True).alias("robbed")), on=KEY, how="left")
    near_only = pl.col("robbed").fill_null(value=False) & (pl.col("role") != "victim")
    rows = marked.filter(
        pl.col("families") >= least,
        pl.col("score") >= known.number("pattern_score"),
        ~near_only | (pl.col("apart") >= least),
    )
    lead = (pl.col("score") >= known.number("lead_score")) & (pl.col("families") > least)
    rung = (
        pl.when(pl.col("role") == "victim")
        .then(pl.lit("suspicion"))
        .when(lead)
        .then(pl.lit("lead"))
        .when(pl.col("score") >= known.number("suspicion_score"))
        .then(pl.lit("suspicion"))
        .otherwise(pl.lit("pattern"))
    )
    return rows.with_columns(rung=rung).drop("robbed")
