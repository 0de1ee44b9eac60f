"""Whom to warn or teach about what (精准宣传、从业人员培训): groups, never persons, some held out to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka import tables

if TYPE_CHECKING:
    from duanka.policy.dated import Regime


def outreach(groups: pl.DataFrame, regime: Regime) -> pl.DataFrame:
    """The outreach table: groups big enough to name, with how many are held out.

    Columns:
        groups: group, channel, message_id, size.
        returns: as the contract.
    """
    share = regime.number("outreach.holdout_share")
    kept = groups.filter(pl.col("size") >= int(regime.number("outreach.least_people")))
    out = kept.with_columns(holdout_size=(pl.col("size") * share).round().cast(pl.Int64))
    return tables.typed("outreach", out.sort("group", "channel", "message_id"))
