"""What lies beyond the cards: the networks and roles behind them, and the units that issued them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.jobs.discover import found_tables
from duanka.jobs.govern import govern
from duanka.jobs.roles import fill_roles

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from duanka.jobs.dataset import Dataset
    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Regime


def beyond(
    dataset: Dataset, written: Mapping[str, pl.DataFrame], regime: Regime, say: Progress
) -> dict[str, pl.DataFrame]:
    """The tables network, score (with networks), role, action, scorecard, listing and outreach.

    Columns: `written` holds the tables `score` and `flow` of the run.
    """
    found = dict(written) | found_tables(dataset, written["score"], regime, say)[1]
    found |= fill_roles(dataset, found, regime, say)
    with say.stage("治理评分 judging outlets and institutions"):
        found |= govern(dataset.frames, dataset.as_of, regime)
    return found
