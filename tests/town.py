"""One small simulated town for the tests of every room; bad cards are far commoner than in life."""

from __future__ import annotations

from functools import cache

from duanka.simulate.world import Plan, Town, build


@cache
def small_town(seed: int = 1) -> Town:
    """1,500 people over 60 days with three rings."""
    return build(Plan(seed, people=1_500, days=60, rings=3))
