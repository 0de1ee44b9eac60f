"""What lies beyond the cards: the units that issued them, as tables of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.jobs.govern import govern

if TYPE_CHECKING:
    import polars as pl

    from duanka.jobs.dataset import Dataset
    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Regime


def beyond(dataset: Dataset, regime: Regime, say: Progress) -> dict[str, pl.DataFrame]:
    """The tables scorecard, listing and outreach of the contract."""
    with say.stage("治理评分 judging outlets and institutions"):
        return dict(govern(dataset.frames, dataset.as_of, regime))
