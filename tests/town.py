"""Simulated towns for the tests of every room."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate.world import Plan, Town, build, settle

if TYPE_CHECKING:
    from duanka.simulate.roster import Ring
    from duanka.simulate.scene import Scene


@cache
def small_town(seed: int = 1) -> Town:
    """1,500 people over 60 days with three rings; bad cards are far commoner than in life."""
    return build(Plan(seed, people=1_500, days=60, rings=3))


@cache
def village(seed: int = 1) -> Town:
    """10,000 people over 90 days; bad cards are as rare as the default plan makes them."""
    return build(Plan(seed, people=10_000))


@cache
def morning(seed: int = 1) -> tuple[Scene, tuple[Ring, ...]]:
    """The people and rings of the small town before anything happens."""
    plan = Plan(seed, people=1_500, days=60, rings=3)
    return settle(plan, np.random.default_rng([seed, 0]))
