"""Outlets, institutions, staff and regions judged by what became of their cards: three tables of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka import tables
from duanka.governance import listing, outreach, scorecard

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import polars as pl

    from duanka.policy.dated import Regime


def govern(
    frames: Mapping[str, pl.DataFrame], as_of: datetime, regime: Regime
) -> Mapping[str, pl.DataFrame]:
    """The tables scorecard, listing and outreach, from what was known before `as_of`.

    Columns: as the contract. Without labels nothing is known of any unit, and all three are empty.
    """
    out = {name: tables.empty(name) for name in ("scorecard", "listing", "outreach")}
    found = scorecard.govern(frames, as_of, regime)
    if found is None:
        return out
    out["scorecard"] = scorecard.scorecard(found.sheets, regime)
    out["listing"] = listing.judge(found, regime, frames.get("institution")).table
    out["outreach"] = outreach.outreach(found.attributed, frames, regime)
    return out
