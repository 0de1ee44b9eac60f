"""The same network from day to day: which of today's continue yesterday's, and which merged, split or closed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FATES = ("detected", "continued", "merged", "split", "closed")
HISTORY: dict[str, pl.DataType | type[pl.DataType]] = {
    "network_id": pl.String,
    "fate": pl.Enum(FATES),
    "from_ids": pl.List(pl.String),
    "members_count": pl.Int64,
    "kept_count": pl.Int64,
}
KEY = ["subject_kind", "subject_id"]
MOST = 0.5
"""The share of an earlier network's members that must have gone into a later one to count as merged into it."""


@dataclass(frozen=True)
class Followed:
    """Today's networks under lasting ids, and what became of each.

    Columns:
        ids: network_id (today's), lasting_id.
        history: network_id (lasting), fate, from_ids (earlier networks that went into it; of a
            closed one its own), members_count now, kept_count of them known under this id before.
    """

    ids: pl.DataFrame
    history: pl.DataFrame


def follow(earlier: pl.DataFrame, later: pl.DataFrame) -> Followed:
    """The later networks under the ids of the earlier ones that they continue.

    A later network continues the earlier one with which it shares most members, if that one has no
    better heir; an heir that also took in most of another is `merged`. A part that left an earlier
    network whose id went elsewhere is `split` and keeps its own new id. What has no heir is `closed`.

    Columns: earlier and later: network_id, subject_kind, subject_id (the `network` table), earlier
        under lasting ids.
    """
    shared = _shared(earlier, later)
    sizes = {side: _sizes(frame) for side, frame in (("earlier", earlier), ("later", later))}
    heir = _heirs(shared)
    taken = set(sizes["earlier"])
    lasting: dict[str, str] = {}
    for name in sorted(sizes["later"]):
        lasting[name] = heir[name] if name in heir else _fresh(name, taken)
        taken.add(lasting[name])
    history = [
        *(_fate(name, lasting[name], name in heir, shared, sizes) for name in sorted(lasting)),
        *(
            (name, "closed", [name], 0, 0)
            for name in sorted(
                set(sizes["earlier"]) - set(heir.values()) - _absorbed(shared, sizes)
            )
        ),
    ]
    ids = pl.DataFrame(
        sorted(lasting.items()),
        schema={"network_id": pl.String, "lasting_id": pl.String},
        orient="row",
    )
    return Followed(
        ids, pl.DataFrame(history, schema=HISTORY, orient="row").sort("network_id", "fate")
    )


def renamed(frame: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """A table with `network_id` under lasting ids."""
    return frame.join(ids, on="network_id", how="left", maintain_order="left").with_columns(
        pl.coalesce("lasting_id", "network_id").alias("network_id")
    ).drop("lasting_id")  # fmt: skip


def _shared(earlier: pl.DataFrame, later: pl.DataFrame) -> dict[tuple[str, str], int]:
    """(earlier, later) → how many members both have."""
    left, right = (
        frame.select("network_id", *(pl.col(c).cast(pl.String) for c in KEY)).unique()
        for frame in (earlier, later)
    )
    counted = (
        left.join(right, on=KEY, suffix="_later").group_by("network_id", "network_id_later").len()
    )
    return {(a, b): n for a, b, n in sorted(counted.rows())}


def _sizes(frame: pl.DataFrame) -> dict[str, int]:
    return dict(frame.group_by("network_id").len().rows())


def _heirs(shared: Mapping[tuple[str, str], int]) -> dict[str, str]:
    """Later → the earlier network whose id it takes: the largest overlaps first, each side once."""
    heir: dict[str, str] = {}
    given: set[str] = set()
    for (old, new), _ in sorted(shared.items(), key=lambda one: (-one[1], one[0])):
        if new not in heir and old not in given:
            heir[new] = old
            given.add(old)
    return heir


def _absorbed(
    shared: Mapping[tuple[str, str], int], sizes: Mapping[str, Mapping[str, int]]
) -> set[str]:
    """Earlier networks most of which went into one later network, under whatever id."""
    return {old for (old, _), n in shared.items() if n >= MOST * sizes["earlier"][old]}


def _fate(
    name: str,
    lasting: str,
    is_heir: bool,  # noqa: FBT001  # whether it took an earlier id is what is told
    shared: Mapping[tuple[str, str], int],
    sizes: Mapping[str, Mapping[str, int]],
) -> tuple[str, str, list[str], int, int]:
    mine = {old: n for (old, new), n in shared.items() if new == name}
    whole = [old for old, n in mine.items() if n >= MOST * sizes["earlier"][old]]
    fate = "continued" if is_heir else "split" if mine else "detected"
    if is_heir and len(set(whole) | {lasting}) > 1:
        fate = "merged"
    told = sorted({*whole, lasting}) if is_heir else sorted(mine)
    return lasting, fate, told, sizes["later"][name], mine.get(lasting, 0)


def _fresh(name: str, taken: Iterable[str]) -> str:
    """The name itself, or one derived from it while it is taken by another network's past."""
    while name in set(taken):
        name = "n-" + hashlib.sha256(name.encode()).hexdigest()[:16]
    return name
