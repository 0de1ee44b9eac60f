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
    dataset: Dataset,
    written: Mapping[str, pl.DataFrame],
    regime: Regime,
    say: Progress,
    *,
    earlier: pl.DataFrame | None = None,
    succession: pl.DataFrame | None = None,
) -> dict[str, pl.DataFrame]:
    """The tables network, score (with networks), role, action, scorecard, listing and outreach.

    Columns: `written` holds the tables `score` and `flow` of the run; `earlier` is the `network` table
        of the run before, whose networks keep their ids; what became of each is then told in
        `network_history` (`network.identity`). `succession` as `jobs.publish_succession` reads it.
    """
    discovered, found = found_tables(dataset, written, regime, say, earlier=earlier)
    found = dict(written) | found
    if earlier is not None:
        found["network_history"] = discovered.history
    found |= fill_roles(dataset, found, regime, say, discovered=discovered)
    with say.stage("治理评分 judging outlets and institutions"):
        merged = {} if succession is None else {"succession": succession}
        found |= govern({**dataset.frames, **merged}, dataset.as_of, regime)
    return found
