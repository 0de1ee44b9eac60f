"""How often institutions refused people from elsewhere beside others: counts for a question, read by nothing that judges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.governance.months import begins_at, ends_at

if TYPE_CHECKING:
    from collections.abc import Mapping

_MONTHS = 4
FEWEST = 10
"""Institutions with fewer applications of either group are not looked at: so few tell of persons, not of groups."""


def origins(frames: Mapping[str, pl.DataFrame], *, month: int) -> pl.DataFrame:
    """The applications of the month and the three before by institution, told apart by whether the applicant is from there.

    From elsewhere is who is registered in another city than that of the outlet. Nothing of a person leaves here.

    Columns: institution_id, away, away_refused, near, near_refused (applications).
    """
    names = ("opening", "outlet", "person")
    opening, outlet, person = (frames.get(name) for name in names)
    if opening is None or outlet is None or person is None:
        counts = dict.fromkeys(("away", "away_refused", "near", "near_refused"), pl.Int64)
        return pl.DataFrame(schema={"institution_id": pl.String, **counts})
    desk = outlet.select("outlet_id", "institution_id", place="region_code").unique("outlet_id")
    home = person.select(applicant_id="person_id", home="home_region_code").unique("applicant_id")
    since, until = begins_at(month - _MONTHS + 1), ends_at(month)
    told = (
        opening.filter((pl.col("at") >= since) & (pl.col("at") < until))
        .join(desk, on="outlet_id")
        .join(home.drop_nulls(), on="applicant_id")
        .with_columns(
            away=pl.col("home").str.slice(0, 4) != pl.col("place").str.slice(0, 4),
            no=pl.col("outcome").cast(pl.String) == "refused",
        )
    )
    away, no = pl.col("away"), pl.col("no")
    return (
        told.group_by("institution_id")
        .agg(
            away=away.sum().cast(pl.Int64),
            away_refused=(away & no).sum().cast(pl.Int64),
            near=(~away).sum().cast(pl.Int64),
            near_refused=(~away & no).sum().cast(pl.Int64),
        )
        .filter((pl.col("away") >= FEWEST) & (pl.col("near") >= FEWEST))
        .sort("institution_id")
    )
