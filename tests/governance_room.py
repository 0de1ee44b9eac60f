"""Worlds for the tests of governance: units of very unequal size, cards, labels that come late, planted bad ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from duanka import tables

BEGIN = datetime(2025, 6, 30, 16, tzinfo=UTC)  # the first instant of July 2025 in Shanghai
DAY_S = 86_400


@dataclass(frozen=True)
class Plan:
    """A world: how many of what, how often honest cards are implicated, whom we planted and how bad."""

    seed: int = 1
    cards: int = 60_000
    institutions: int = 8
    outlets: int = 400
    staff_each: int = 4
    regions: int = 30
    days: int = 365  # of labels
    older_days: int = 1_200  # openings before labels begin
    honest_per_10k: float = 25.0
    bad: dict[str, int] = field(default_factory=dict)  # unit kind -> how many are planted
    times: float = 8.0
    self_found: float = 0.15
    delay_days: float = 50.0
    batch: float = 0.0  # share of implicated cards that bring two more of the same employee and day


@dataclass(frozen=True)
class World:
    """The tables of the contract and the planted units by kind."""

    tables: dict[str, pl.DataFrame]
    planted: dict[str, set[str]]
    as_of: datetime


def build(plan: Plan) -> World:
    """The world of a plan; the same plan gives the same world."""
    rng = np.random.default_rng(plan.seed)
    outlet_institution = rng.integers(0, plan.institutions, plan.outlets)
    telecom = outlet_institution >= plan.institutions // 2
    outlet_region = rng.choice(plan.regions, plan.outlets, p=_uneven(rng, plan.regions, 0.8))
    outlet_size = _uneven(rng, plan.outlets, 1.3)
    outlet = rng.choice(plan.outlets, plan.cards, p=outlet_size)
    staff = outlet * plan.staff_each + rng.choice(
        plan.staff_each, plan.cards, p=_uneven(rng, plan.staff_each, 0.5)
    )
    region = outlet_region[outlet]
    institution = outlet_institution[outlet]
    sim = telecom[outlet]
    corporate = ~sim & (rng.random(plan.cards) < 0.03)
    opened = rng.uniform(-plan.older_days, plan.days, plan.cards)
    risk = np.where(corporate, 5.0, np.where(sim, 0.6, 1.0)) * plan.honest_per_10k / 10_000
    planted = {}
    for kind, where, size in (
        ("staff", staff, plan.outlets * plan.staff_each),
        ("outlet", outlet, plan.outlets),
        ("region", region, plan.regions),
        ("institution", institution, plan.institutions),
    ):
        held = np.bincount(where, minlength=size)
        fit = np.flatnonzero(held >= max(20, np.quantile(held, 0.4)))
        chosen = rng.choice(fit, min(plan.bad.get(kind, 0), fit.size), replace=False)
        planted[kind] = {f"{kind[0]}{n:05d}" for n in chosen}
        risk = risk * np.where(np.isin(where, chosen), plan.times, 1.0)
    # old cards turn bad through the year, new ones soon after they are opened
    bad = rng.random(plan.cards) < np.minimum(risk, 0.9)
    if plan.batch:
        bad |= _batched(rng, bad, staff, opened, plan.batch)
    delay = rng.gamma(1.5, plan.delay_days / 1.5, plan.cards)
    known = np.where(opened >= 0, opened + delay, rng.uniform(0, plan.days, plan.cards))
    known = np.maximum(known, opened + 0.1)
    told = bad & (known < plan.days)
    holder = np.where(corporate, "g", "p").astype(object) + np.arange(plan.cards).astype(str)
    made = {
        "institution": pl.DataFrame(
            {
                "institution_id": [f"i{n:05d}" for n in range(plan.institutions)],
                "institution_kind": [
                    "bank" if n < plan.institutions // 2 else "operator"
                    for n in range(plan.institutions)
                ],
            }
        ),
        "outlet": pl.DataFrame(
            {
                "outlet_id": [f"o{n:05d}" for n in range(plan.outlets)],
                "institution_id": [f"i{n:05d}" for n in outlet_institution],
                "outlet_kind": np.where(
                    telecom, np.where(rng.random(plan.outlets) < 0.6, "agent", "hall"), "branch"
                ),
                "region_code": [f"99{n:04d}" for n in outlet_region],
            }
        ),
        "staff": pl.DataFrame(
            {
                "staff_id": [f"s{n:05d}" for n in range(plan.outlets * plan.staff_each)],
                "outlet_id": [
                    f"o{n // plan.staff_each:05d}" for n in range(plan.outlets * plan.staff_each)
                ],
            }
        ),
        "organisation": pl.DataFrame({"organisation_id": holder[corporate].astype(str)}),
    }
    cards = pl.DataFrame(
        {
            "card_id": [f"c{n:07d}" for n in range(plan.cards)],
            "holder_id": holder.astype(str),
            "sim": sim,
            "corporate": corporate,
            "institution_id": [f"i{n:05d}" for n in institution],
            "outlet_id": [f"o{n:05d}" for n in outlet],
            "staff_id": [f"s{n:05d}" for n in staff],
            "at": [BEGIN + timedelta(seconds=int(d * DAY_S)) for d in opened],
        }
    )
    made["account"] = cards.filter(~pl.col("sim")).select(
        pl.col("card_id").alias("account_id"),
        "holder_id",
        "institution_id",
        "outlet_id",
        "staff_id",
        pl.when("corporate")
        .then(pl.lit("corporate"))
        .otherwise(pl.lit("class_1"))
        .alias("account_kind"),
        pl.col("at").alias("opened_at"),
    )
    made["sim"] = cards.filter("sim").select(
        pl.col("card_id").alias("sim_id"),
        "holder_id",
        "institution_id",
        "outlet_id",
        "staff_id",
        pl.lit("phone").alias("sim_kind"),
        pl.col("at").alias("activated_at"),
    )
    which = np.flatnonzero(told)
    made["label"] = pl.DataFrame(
        {
            "card_kind": np.where(sim[which], "sim", "account"),
            "card_id": [f"c{n:07d}" for n in which],
            "implicated": np.ones(which.size, dtype=bool),
            "known_at": [BEGIN + timedelta(seconds=int(d * DAY_S)) for d in known[which]],
            "source": np.where(rng.random(which.size) < plan.self_found, "review", "police"),
        }
    ).sort("known_at")
    regions = {
        name: {f"99{int(one[1:]):04d}" for one in ids} if name == "region" else ids
        for name, ids in planted.items()
    }
    frames = {name: tables.typed(name, frame) for name, frame in made.items()}
    return World(frames, regions, BEGIN + timedelta(days=plan.days))


def _uneven(rng: np.random.Generator, count: int, sigma: float) -> np.ndarray:
    size = np.exp(rng.normal(0, sigma, count))
    return size / size.sum()


def _batched(rng, bad, staff, opened, share) -> np.ndarray:
    """Two more cards, opened next at the same desk, of a share of the bad ones."""
    order = np.lexsort((opened, staff))
    place = np.flatnonzero(bad[order] & (rng.random(bad.size) < share))
    out = np.zeros(bad.size, dtype=bool)
    for step in (1, 2):
        after = np.minimum(place + step, bad.size - 1)
        same = staff[order[after]] == staff[order[place]]
        out[order[after[same]]] = True
    return out
