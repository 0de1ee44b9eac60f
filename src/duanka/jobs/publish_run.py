"""What a run tells a month's publication: which applications it advised to refuse, and who is near suspected dealers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

DEALERS = ("dealer", "head_dealer", "recruiter")


def seen_in(folder: Path, *, as_of: datetime) -> dict[str, pl.DataFrame]:
    """The frames `advice` and `near` of a run, for `governance.circumstances`.

    Raises: BadInput if the folder is no run's, or the run knew more than is known at `as_of`.
    """
    names = ("score", "role", "network", "opening_advice")
    paths = {name: folder / f"{name}.parquet" for name in names}
    lacking = [name for name, path in paths.items() if not path.is_file()]
    if lacking:
        raise BadInput(
            f"has no {', '.join(lacking)} as Parquet",
            where=str(folder),
            fix="name a folder that `run` wrote",
        )
    last = pl.scan_parquet(paths["score"]).select(pl.col("as_of").max()).collect().item()
    if last is not None and last > as_of:
        raise BadInput(
            f"the run was made as of {last.isoformat()}, after {as_of.isoformat()}",
            where="--run",
            fix="name a run as of the month's end or earlier: nothing may be known too soon",
        )
    role = pl.read_parquet(paths["role"]).with_columns(pl.col("role").cast(pl.String))
    dealers = role.filter(pl.col("role").is_in(DEALERS))
    member = pl.read_parquet(paths["network"])
    theirs = member.filter(pl.col("network_id").is_in(dealers["network_id"].drop_nulls().implode()))
    kinds = ("subject_kind", "subject_id")
    near = pl.concat(
        frame.select(pl.col("subject_kind").cast(pl.String), "subject_id")
        for frame in (dealers.select(kinds), theirs.select(kinds))
    )
    return {
        "advice": pl.read_parquet(paths["opening_advice"], columns=["opening_id", "advice"]),
        "near": near.unique().sort(kinds),
    }
