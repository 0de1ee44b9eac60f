"""Who touches no card and yet turns up around several of a network: candidates, each with how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

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


def around(
    pieces: pl.DataFrame,
    register: pl.DataFrame,
    owners: pl.DataFrame,
    *,
    rules: Rules,
) -> pl.DataFrame:
    """Accounts that paid, and SIMs that spoke to, more holders of one network than chance explains.

    Columns: network_id, subject_kind, subject_id, strength. owners: network_id, owner (as
        `resolve.owner_of` writes it): the holders of the networks' cards.
    """
    people = max(register["owner_id"].n_unique(), 1)
    parts = [
        _of(pieces.filter(pl.col("relation").cast(pl.String).is_in(relations)), register, owners, tie, people)
        for relations, tie in (
            (("paid_for",), rules.candidates["paid_for"]),
            (("called", "wrote_to"), rules.candidates["called"]),
        )
    ]  # fmt: skip
    return pl.concat(parts).sort("network_id", "subject_kind", "subject_id")


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
            pl.lit(kind).cast(KIND).alias("right_kind"),
            pl.col(f"{kind}_id").alias("right_id"),
            pl.format("h:{}", "owner_id").alias("owner"),
            "card_kind",
            "card_id",
        )
        hit = rows.join(cards, on=["card_kind", "card_id"], how="left")
        parts.append(_excess(hit, tie, max(rows["owner"].n_unique(), 1)))
    return pl.concat(parts).sort("network_id", "subject_kind", "subject_id")


def _of(
    rows: pl.DataFrame, register: pl.DataFrame, owners: pl.DataFrame, tie: Tie, people: int
) -> pl.DataFrame:
    met = owner_of(rows, register, kind="left_kind", key="left_id")
    own = owner_of(rows.select(HOST[:2]).unique(), register, kind="right_kind", key="right_id")
    met = met.join(own.rename({"owner": "self"}), on=HOST[:2]).filter(
        pl.col("owner") != pl.col("self")
    )
    return _excess(met.join(owners, on="owner", how="left"), tie, people)


def _excess(met: pl.DataFrame, tie: Tie, people: int) -> pl.DataFrame:
    """The host's surplus of a network's holders over what its number of contacts explains."""
    size = met.group_by(HOST[:2]).agg(pl.col("owner").n_unique().alias("contacts"))
    in_network = met.filter(pl.col("network_id").is_not_null())
    holders = in_network.group_by("network_id").agg(pl.col("owner").n_unique().alias("holders"))
    hits = in_network.group_by(*HOST[:2], "network_id").agg(
        pl.col("owner").n_unique().alias("hits")
    )
    expected = pl.col("contacts") * pl.col("holders") / people
    surplus = (pl.col("hits") - expected).clip(lower_bound=0.0)
    return (
        hits.filter(pl.col("hits") >= LEAST)
        .join(size, on=HOST[:2])
        .join(holders, on="network_id")
        .with_columns((tie.strength * surplus / (surplus + tie.strangers)).alias("strength"))
        .sort("strength", "network_id", descending=[True, False])
        .unique(HOST[:2], keep="first", maintain_order=True)
        .select(
            "network_id",
            pl.col("right_kind").alias("subject_kind"),
            pl.col("right_id").alias("subject_id"),
            "strength",
        )
        .filter(pl.col("strength") > 0)
        .cast(CANDIDATE)  # type: ignore[arg-type]
    )
