"""What lies beyond the cards: the networks and roles behind them, and the units that issued them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from duanka.jobs.discover import found_tables
from duanka.jobs.govern import govern
from duanka.jobs.roles import fill_roles
from duanka.network.near import near

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.jobs.dataset import Dataset
    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Regime

HELD_WHOLE = 4
"""Networks and roles hold transfers whole up to so many times what is worked on at once, some 5 GiB as set."""


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
    looked = nearby(dataset, written["score"], regime, say)
    discovered, found = found_tables(looked, written, regime, say, earlier=earlier)
    found = dict(written) | found
    if earlier is not None:
        found["network_history"] = discovered.history
    found |= fill_roles(looked, found, regime, say, discovered=discovered)
    with say.stage("治理评分 judging outlets and institutions"):
        merged = {} if succession is None else {"succession": succession}
        found |= govern({**dataset.frames, **merged}, dataset.as_of, regime)
    return found


def nearby(dataset: Dataset, scores: pl.DataFrame, regime: Regime, say: Progress) -> Dataset:
    """The dataset; of more transfers than memory holds whole only those near suspected accounts, and that is said."""
    transfers, room = dataset.frames.get("transfer"), dataset.asker.room
    if room is None or transfers is None or transfers.height <= HELD_WHOLE * room.at_once:
        return dataset
    told = [
        frame.filter(pl.col("card_kind").cast(pl.String) == "account")["card_id"]
        for name in ("label", "lead")
        if (frame := dataset.frames.get(name)) is not None
    ]
    above = (pl.col("score") >= regime.number("roles.suspected_score")) | (
        pl.col("tier").cast(pl.String) != "normal"
    )
    judged = scores.filter(pl.col("card_kind").cast(pl.String) == "account", above)["card_id"]
    suspects = pl.concat([judged, *told]).unique()
    with say.stage("疑似账户附近的转账 transfers near suspected accounts"):
        kept = near(transfers, suspects)
        say.note(
            f"团伙和角色只看疑似账户附近的转账 networks and roles look at {kept.height:,} of "
            f"{transfers.height:,} transfers"
        )
    return replace(dataset, frames={**dataset.frames, "transfer": kept})
