"""Who touches no card and yet turns up around several of a network: candidates, each with how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.special import gammainc

from duanka.network.evidence import HOST, KIND
from duanka.network.resolve import owner_of

if TYPE_CHECKING:
    from duanka.network.rules import Rules, Tie

CANDIDATE: dict[str, pl.DataType | type[pl.DataType]] = {
    "network_id": pl.String,
    "subject_kind": KIND,
    "subject_id": pl.String,
    "strength": pl.Float64,
}
LEAST = 2
"""Different holders of a network that a candidate must have touched: once is chance."""
LEAST_OF_ALL = 3
"""Different holders of all cells together that somebody must have touched to tie two of them."""


def around(
    pieces: pl.DataFrame, register: pl.DataFrame, owners: pl.DataFrame, *, rules: Rules
) -> pl.DataFrame:
    """Accounts that paid, and SIMs that spoke to, more holders of one network than chance explains.

    Columns: network_id, subject_kind, subject_id, strength. owners: network_id, owner (as
        `resolve.owner_of` writes it): the holders of the networks' cards.
    """
    people = max(register["owner_id"].n_unique(), 1)
    parts = [
        _excess(_met(pieces, register, names).join(owners, on="owner", how="left"), tie, people)
        for names, tie in _kinds(rules)
    ]
    return pl.concat(parts).sort("network_id", "subject_kind", "subject_id")


def between(
    pieces: pl.DataFrame, register: pl.DataFrame, owners: pl.DataFrame, *, rules: Rules
) -> pl.DataFrame:
    """How strongly two cells are tied by those who deal with holders of both: buyers and recruiters.

    Only who deals with more holders of all cells than chance explains counts, by how many of each of
    the two.

    Columns: left, right (network_id of `owners`, left < right), bond. owners: network_id, owner.
    """
    people = max(register["owner_id"].n_unique(), 1)
    everyone = (
        owners.select("owner")
        .unique()
        .with_columns(network_id=pl.lit(0).cast(owners.schema["network_id"]))
    )
    parts = [
        _bonds(_met(pieces, register, names), everyone, owners, tie, people)
        for names, tie in _kinds(rules)
    ]
    bond = pl.col("bond").sort().sum()
    return pl.concat(parts).group_by("left", "right").agg(bond).sort("left", "right")


def of_staff(
    register: pl.DataFrame, cards: pl.DataFrame, *, recent: pl.Expr, tie: Tie
) -> pl.DataFrame:
    """Staff and outlets that opened more cards of one network than their share of all openings explains.

    Columns: network_id, subject_kind, subject_id, strength. cards: network_id, card_kind, card_id.
        `recent` says which cards of the register were opened in the time looked at.
    """
    opened = register.filter(recent)
    parts = []
    for kind in ("staff", "outlet"):
        rows = opened.filter(pl.col(f"{kind}_id").is_not_null()).select(
            pl.lit(kind).cast(KIND).alias(HOST[0]),
            pl.col(f"{kind}_id").alias(HOST[1]),
            pl.format("h:{}", "owner_id").alias("owner"),
            "card_kind",
            "card_id",
        )
        hit = rows.join(cards, on=["card_kind", "card_id"], how="left")
        parts.append(_excess(hit, tie, max(rows["owner"].n_unique(), 1)))
    return pl.concat(parts).sort("network_id", "subject_kind", "subject_id")


def _kinds(rules: Rules) -> tuple[tuple[tuple[str, ...], Tie], ...]:
    return (
        (("paid_for",), rules.candidates["paid_for"]),
        (("called", "wrote_to"), rules.candidates["called"]),
    )


def _met(pieces: pl.DataFrame, register: pl.DataFrame, relations: tuple[str, ...]) -> pl.DataFrame:
    """Whom each host dealt with, by holder; dealing with one's own cards is left out."""
    rows = pieces.filter(pl.col("relation").cast(pl.String).is_in(relations))
    met = owner_of(rows, register, kind="left_kind", key="left_id")
    own = owner_of(rows.select(HOST[:2]).unique(), register, kind="right_kind", key="right_id")
    own = own.rename({"owner": "self"})
    return met.join(own, on=HOST[:2]).filter(pl.col("owner") != pl.col("self"))


def _bonds(
    met: pl.DataFrame, everyone: pl.DataFrame, owners: pl.DataFrame, tie: Tie, people: int
) -> pl.DataFrame:
    sure = _excess(met.join(everyone, on="owner", how="left"), tie, people, least=LEAST_OF_ALL)
    hosts = sure.select(
        pl.col("subject_kind").alias(HOST[0]), pl.col("subject_id").alias(HOST[1]), "strength"
    )
    near = met.join(hosts, on=HOST[:2]).join(owners, on="owner")
    hits = pl.col("owner").n_unique()
    part = near.group_by(*HOST[:2], "network_id").agg(
        (hits / (hits + 1.0)).alias("part"), pl.col("strength").first()
    )
    both = part.join(part, on=HOST[:2], suffix="_right").filter(
        pl.col("network_id") < pl.col("network_id_right")
    )
    return both.select(
        pl.col("network_id").alias("left"),
        pl.col("network_id_right").alias("right"),
        (pl.col("strength") * pl.col("part") * pl.col("part_right")).alias("bond"),
    )


def _excess(met: pl.DataFrame, tie: Tie, people: int, *, least: int = LEAST) -> pl.DataFrame:
    """The host's surplus of a network's holders over what its number of contacts explains.

    Among as many hosts as there are people some meet a few by chance: a strength is lessened by the
    number of hosts expected to do as well (Poisson), and gone where one is.
    """
    size = met.group_by(HOST[:2]).agg(pl.col("owner").n_unique().alias("contacts"))
    in_network = met.filter(pl.col("network_id").is_not_null())
    holders = in_network.group_by("network_id").agg(pl.col("owner").n_unique().alias("holders"))
    hits = in_network.group_by(*HOST[:2], "network_id").agg(
        pl.col("owner").n_unique().alias("hits")
    )
    rows = (
        hits.filter(pl.col("hits") >= least)
        .join(size, on=HOST[:2])
        .join(holders, on="network_id")
        .with_columns((pl.col("contacts") * pl.col("holders") / people).alias("expected"))
    )
    chance = gammainc(rows["hits"].to_numpy(), rows["expected"].to_numpy())
    surplus = (pl.col("hits") - pl.col("expected")).clip(lower_bound=0.0)
    sure = pl.Series(np.clip(1.0 - people * chance, 0.0, 1.0))
    return (
        rows.with_columns(
            (tie.strength * surplus / (surplus + tie.strangers) * sure).alias("strength")
        )
        .sort("strength", "network_id", descending=[True, False])
        .unique(HOST[:2], keep="first", maintain_order=True)
        .select(
            "network_id",
            pl.col(HOST[0]).alias("subject_kind"),
            pl.col(HOST[1]).alias("subject_id"),
            "strength",
        )
        .filter(pl.col("strength") > 0)
        .cast(CANDIDATE)  # type: ignore[arg-type]
    )
