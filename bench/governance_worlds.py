"""Worlds of thousands of units of very unequal size, drawn as the trace-back leaves cards: cheap enough for hundreds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from duanka.governance.scorecard import Governed

LAST_AT = datetime(2026, 6, 30, 16, tzinfo=UTC)  # the first instant of July 2026 in Shanghai
LOGGED = 12  # months of labels
OLDER = 40  # months of openings before
KINDS = {"institution": "institution_id", "outlet": "outlet_id", "staff": "staff_id", "region": "region_code"}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """How many of what; how much honest units differ beyond chance (variances of their ratio); whom we planted."""

    cards: int = 80_000
    outlets: int = 1_200
    clerks_each: int = 4
    regions: int = 120
    institutions: int = 24
    per_10k: float = 30.0
    spread: dict[str, float] = field(
        default_factory=lambda: {"institution": 0.03, "region": 0.05, "outlet": 0.2, "staff": 0.1}
    )
    bad: dict[str, int] = field(default_factory=dict)
    times: float = 10.0
    batch: float = 0.1  # share of implicated cards that bring two more of the same clerk


@dataclass(frozen=True)
class World:
    """The counts of the world as governance holds them, and the planted units by kind."""

    found: Governed
    planted: dict[str, set[str]]


def _sizes(rng: np.random.Generator, count: int, sigma: float) -> np.ndarray:
    size = np.exp(rng.normal(0.0, sigma, count))
    return size / size.sum()


def _names(kind: str, which: np.ndarray, size: int) -> pl.Series:
    words = [f"{kind[0]}{n:05d}" for n in range(size)]
    return pl.Series(words, dtype=pl.String).gather(which)


def world(plan: Plan, seed: int) -> World:
    """The world of a plan and seed."""
    from duanka.governance.horizon import Horizon
    from duanka.governance.months import begins_at, last_month
    from duanka.governance.scorecard import Governed
    from duanka.governance.sheets import count, sheets

    rng = np.random.default_rng(seed)
    last = last_month(LAST_AT)
    begins = last - LOGGED + 1
    home = rng.choice(plan.regions, plan.outlets, p=_sizes(rng, plan.regions, 0.8))
    of = rng.choice(plan.institutions, plan.outlets, p=_sizes(rng, plan.institutions, 0.8))
    outlet = rng.choice(plan.outlets, plan.cards, p=_sizes(rng, plan.outlets, 1.3))
    share = np.exp(rng.normal(0.0, 0.7, (plan.outlets, plan.clerks_each))).cumsum(axis=1)
    turn = (rng.random(plan.cards)[:, None] * share[outlet, -1:] > share[outlet]).sum(axis=1)
    where = {
        "staff": outlet * plan.clerks_each + turn,
        "outlet": outlet,
        "region": home[outlet],
        "institution": of[outlet],
    }
    many = {
        "staff": plan.outlets * plan.clerks_each,
        "outlet": plan.outlets,
        "region": plan.regions,
        "institution": plan.institutions,
    }
    sim = (where["institution"] % 3) == 0
    company = ~sim & (rng.random(plan.cards) < 0.03)
    risk = np.where(company, 4.0, np.where(sim, 0.7, 1.0)) * plan.per_10k / 10_000
    planted: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for kind, at in where.items():
        if spread := plan.spread.get(kind, 0.0):
            risk = risk * rng.gamma(1.0 / spread, spread, many[kind])[at]
        held = np.bincount(at, minlength=many[kind])
        fit = np.flatnonzero(held >= max(30, np.quantile(held, 0.4)))
        chosen = rng.choice(fit, min(plan.bad.get(kind, 0), fit.size), replace=False)
        planted[kind] = {f"{kind[0]}{n:05d}" for n in chosen}
        risk = risk * np.where(np.isin(at, chosen), plan.times, 1.0)
    opened = begins - OLDER + rng.integers(0, OLDER + LOGGED, plan.cards)
    bad = rng.random(plan.cards) < np.minimum(risk, 0.9)
    bad |= _batched(rng, bad, where["staff"], opened, plan.batch)
    delay = rng.gamma(1.5, 50.0 / 1.5, plan.cards) / 30.4
    known = np.where(
        opened >= begins,
        np.floor(opened + rng.random(plan.cards) + delay),
        begins + rng.integers(0, LOGGED, plan.cards),
    )
    seen = bad & (known <= last)
    frame = pl.DataFrame(
        {
            "card_kind": pl.Series(["account", "sim"]).gather(sim.astype(np.int64)),
            "card_class": pl.Series(["class_1", "phone"]).gather(sim.astype(np.int64)),
            "holder_kind": pl.Series(["person", "organisation"]).gather(company.astype(np.int64)),
            "channel": pl.Series(["branch", "hall", "agent"]).gather(
                np.where(sim, 1 + outlet % 2, 0)
            ),
            "opened_month": opened.astype(np.int32),
            "known_month": pl.Series(np.where(seen, known, np.nan)).fill_nan(None).cast(pl.Int32),
            "self_found": ((rng.random(plan.cards) < 0.15) & seen).astype(np.int32),
            **{KINDS[kind]: _names(kind, at, many[kind]) for kind, at in where.items()},
        }
    )
    span = Horizon(begins_at(begins), LAST_AT, 6, begins, last)
    return World(
        Governed(frame, span, tuple(sheets(count(frame, span), span, self_found_counts=0))), planted
    )


def _batched(
    rng: np.random.Generator, bad: np.ndarray, staff: np.ndarray, opened: np.ndarray, share: float
) -> np.ndarray:
    """Two more cards, opened next at the same desk, of a share of the bad ones."""
    order = np.lexsort((opened, staff))
    place = np.flatnonzero(bad[order] & (rng.random(bad.size) < share))
    out = np.zeros(bad.size, dtype=bool)
    for step in (1, 2):
        after = np.minimum(place + step, bad.size - 1)
        same = staff[order[after]] == staff[order[place]]
        out[order[after[same]]] = True
    return out
