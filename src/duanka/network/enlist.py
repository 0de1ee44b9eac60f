"""Whom a network's evidence leads to: people suspected of a part in it become members, cells with the same people one network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.evidence import KIND, shaped
from duanka.network.role_places import about, strongest, with_holders

if TYPE_CHECKING:
    from duanka.network.communities import Networks
    from duanka.network.role_cards import Known
    from duanka.network.roles import Suspected
    from duanka.network.rules import Rules

KEY = ["subject_kind", "subject_id"]
HOLDERS = ("person", "organisation")
ROUNDS = 4
"""A financier is told by his head, the head by his buyers, and they by those whose cards they bought."""


def enlisted(found: Networks, known: Known, suspected: Suspected, *, rules: Rules) -> Networks:
    """The networks with the people behind them, and without the gaps between cells that those people fill.

    Who is suspected of a role, on two kinds of evidence at least, belongs to the network that most of
    those whom the evidence is about belong to. Two cells are one network if enough of the people behind
    the one stand behind the other, too. Neither is asked of victims, whose role is no part in a network.

    Columns: `found` as `communities.find_networks` gives it.
    """
    core = _core(suspected, rules.enlist)
    near = about(known, suspected.found, suspected.signals).join(core, on=KEY)
    members = found.members.with_columns(pl.col("subject_kind").cast(pl.String))
    for _ in range(ROUNDS):
        sure = members.filter(pl.col("strength") >= rules.member)
        places = with_holders(known, strongest(sure)).filter(pl.col("subject_kind").is_in(HOLDERS))
        parts = _parts(near, core, places)
        before = members.height
        members = _with(members, parts, core, places)
        ids = _one_network(parts, members, rules)
        members = _renamed(members, ids)
        found = type(found)(found.members, _renamed(found.links, ids))
        if ids.is_empty() and members.height == before:
            break
    return _whole(found, members, near, suspected)


def _core(suspected: Suspected, least: float) -> pl.DataFrame:
    """Who is suspected of a part: subject_kind, subject_id, score of the surest."""
    return (
        suspected.found.filter(
            pl.col("role") != "victim",
            pl.col("score") >= least,
            pl.col("subject_kind").is_in(HOLDERS),
        )
        .group_by(KEY)
        .agg(pl.col("score").max())
        .sort(KEY)
    )


def _parts(near: pl.DataFrame, core: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """In which networks the people around each of the core are: network_id, hits, share of all hits."""
    rows = (
        near.select(*KEY, "kind", "id")
        .unique()
        .join(places.rename({"subject_kind": "kind", "subject_id": "id"}), on=["kind", "id"])
        .group_by(*KEY, "network_id")
        .agg(pl.len().alias("hits"))
    )
    return rows.join(core, on=KEY).with_columns(
        (pl.col("hits") / pl.col("hits").sum().over(KEY)).alias("share"),
        # one meeting may be chance; half of what many would say
        (pl.col("hits") / (pl.col("hits") + 1)).alias("part"),
    )


def _with(
    members: pl.DataFrame, parts: pl.DataFrame, core: pl.DataFrame, places: pl.DataFrame
) -> pl.DataFrame:
    """The members and those of the core who were in no network yet, each where most of its people are."""
    new = (
        parts.sort(*KEY, "hits", "network_id", descending=[False, False, True, False])
        .unique(KEY, keep="first", maintain_order=True)
        .join(places, on=KEY, how="anti")
        .select("network_id", *KEY)
        .join(core, on=KEY)
        .rename({"score": "strength"})
    )
    rows = pl.concat([members, new.select(members.columns[:4])], how="diagonal_relaxed")
    return _merged(rows)


def _merged(rows: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.group_by("network_id", *KEY)
        .agg(pl.col("strength").max(), pl.col("since").min(), pl.col("until").max())
        .sort("network_id", *KEY)
    )


def _one_network(parts: pl.DataFrame, members: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Which networks go into which: network_id, into. Each takes part in one merger a round, the surest first.

    Somebody whose people lie half here and half there ties two cells as well as he can; somebody with
    one acquaintance in another ring hardly does.
    """
    both = parts.join(parts, on=KEY, suffix="_into").filter(
        pl.col("network_id") != pl.col("network_id_into")
    )
    said = (
        pl.col("score")
        * 2
        * pl.min_horizontal("share", "share_into")
        * pl.min_horizontal("part", "part_into")
    )
    bonds = both.group_by("network_id", pl.col("network_id_into").alias("into")).agg(
        said.sort().sum().alias("bond")
    )
    whole = parts.group_by("network_id").agg(
        (pl.col("score") * pl.col("part")).sort().sum().alias("whole")
    )
    wanted = (
        bonds.join(whole, on="network_id")
        .with_columns((pl.col("bond") / pl.col("whole")).alias("ratio"))
        .filter(pl.col("ratio") >= rules.common_share, pl.col("bond") >= rules.common_bond)
        .sort("ratio", "network_id", "into", descending=[True, False, False])
    )
    sizes = dict(members.group_by("network_id").len().rows())
    return _once_each(wanted.select("network_id", "into").rows(), sizes)


def _once_each(wanted: list[tuple[str, str]], sizes: dict[str, int]) -> pl.DataFrame:
    """The lesser of each pair goes into the greater, and keeps the greater's id."""
    busy: set[str] = set()
    chosen = []
    for pair in wanted:
        if busy.isdisjoint(pair):
            busy |= set(pair)
            into, goes = sorted(pair, key=lambda name: (-sizes.get(name, 0), name))
            chosen.append((goes, into))
    schema = {"network_id": pl.String, "into": pl.String}
    return pl.DataFrame(chosen, schema=schema, orient="row")


def _renamed(frame: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    named = (
        frame.join(ids, on="network_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("into", "network_id").alias("network_id"))
        .drop("into")
    )
    return _merged(named) if "strength" in frame.columns else named


def _whole(
    found: Networks, members: pl.DataFrame, near: pl.DataFrame, suspected: Suspected
) -> Networks:
    """Members with the dates of what their roles rest on, and links to those whom it is about."""
    spans = suspected.signals.group_by(KEY).agg(
        pl.col("first_at").min().alias("since"), pl.col("last_at").max().alias("until")
    )
    dated = members.join(spans, on=KEY, how="left", suffix="_told").with_columns(
        pl.coalesce(name, f"{name}_told").alias(name) for name in ("since", "until")
    )
    schema = found.members.schema
    listed = dated.select(pl.col(name).cast(kind) for name, kind in schema.items())
    links = pl.concat([found.links, _links(found.links, listed, near)])
    return type(found)(
        listed.sort("network_id", *KEY),
        links.sort("network_id", *links.columns[1:6]),
    )


def _links(links: pl.DataFrame, members: pl.DataFrame, near: pl.DataFrame) -> pl.DataFrame:
    """What ties the core to other members, as mere contact: they share no card with anybody."""
    pieces = near.group_by(*KEY, "kind", "id", "relation").agg(
        pl.len().alias("count"), pl.col("at").min().alias("first_at"), pl.col("at").max().alias("last_at")
    )  # fmt: skip
    edges = shaped(
        pieces.select(
            pl.col("kind").alias("left_kind"), pl.col("id").alias("left_id"),
            pl.col("subject_kind").alias("right_kind"), pl.col("subject_id").alias("right_id"),
            "relation", pl.lit(0.0).alias("weight"), "count", "first_at", "last_at",
        )
    )  # fmt: skip
    ends = [
        members.select(
            "network_id",
            pl.col("subject_kind").cast(KIND).alias(f"{side}_kind"),
            pl.col("subject_id").alias(f"{side}_id"),
        )
        for side in ("left", "right")
    ]
    inside = edges.join(ends[0], on=["left_kind", "left_id"]).join(
        ends[1], on=["network_id", "right_kind", "right_id"]
    )
    keys = ["network_id", "left_kind", "left_id", "right_kind", "right_id", "relation"]
    return inside.select(links.columns).cast(dict(links.schema)).join(links, on=keys, how="anti")  # type: ignore[arg-type]
