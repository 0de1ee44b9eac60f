"""Groups of cards become networks with names and members: cards, holders, devices, companions, candidates."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import polars as pl

from duanka.network import candidates
from duanka.network.applied import held as held_by
from duanka.network.components import components
from duanka.network.evidence import AT, CARD, EVIDENCE, KIND, together
from duanka.network.resolve import owner_of
from duanka.network.rules import Tie

if TYPE_CHECKING:
    from datetime import datetime

    from duanka.network.rules import Rules
    from duanka.network.spread import Spread

SUBJECTS = ("account", "sim", "person", "organisation", "device", "outlet", "staff")
MEMBER: dict[str, pl.DataType | type[pl.DataType]] = {
    "network_id": pl.String,
    "subject_kind": KIND,
    "subject_id": pl.String,
    "strength": pl.Float64,
}
CONTACT = ("paid_for", "called", "wrote_to")
KEY = ["network_id", "subject_kind", "subject_id"]


def named(
    nodes: pl.DataFrame, pieces: pl.DataFrame, register: pl.DataFrame, *, rules: Rules
) -> pl.DataFrame:
    """The nodes of groups with enough different holders, with the network's id.

    Groups by evidence of control are cells; those that one buyer or recruiter served are one network.
    An id is a digest of the network's cards, so the same cards give the same id.

    Columns: nodes: kind, id, group. Out: network_id, kind, id.
    """
    cards = nodes.filter(pl.col("kind").cast(pl.String).is_in(["account", "sim"]))
    held = owner_of(cards, register, kind="kind", key="id")
    large = held.group_by("group").agg(pl.col("owner").n_unique().alias("holders"))
    cells = held.join(large.filter(pl.col("holders") >= rules.least_holders), on="group")
    whole = _joined(cells, pieces, register, rules)
    ids = (
        cells.join(whole, on="group")
        .group_by("network")
        .agg(pl.format("{}:{}", pl.col("kind").cast(pl.String), "id").sort().alias("cards"))
        .with_columns(
            pl.col("cards").map_elements(digest, return_dtype=pl.String).alias("network_id")
        )
        .select("network", "network_id")
    )
    numbered = whole.join(ids, on="network").select("group", "network_id")
    return nodes.join(numbered, on="group").select("network_id", "kind", "id")


def _joined(
    cells: pl.DataFrame, pieces: pl.DataFrame, register: pl.DataFrame, rules: Rules
) -> pl.DataFrame:
    """Each cell with the network it is part of.

    Columns: group, network.
    """
    names = cells.select("group").unique().sort("group").with_row_index("number")
    owners = cells.select(pl.col("group").alias("network_id"), "owner").unique()
    bonds = candidates.between(pieces, register, owners, rules=rules).filter(
        pl.col("bond") >= rules.contact_bond
    )
    left, right = (
        bonds.join(names, left_on=side, right_on="group", how="left", maintain_order="left")[
            "number"
        ]
        .cast(pl.Int32)
        .to_numpy()
        for side in ("left", "right")
    )
    return names.select("group", pl.Series("network", components(left, right, names.height)))


def digest(cards: pl.Series) -> str:
    """The id of a network founded by these cards."""
    return "n-" + hashlib.sha256("\n".join(cards.to_list()).encode()).hexdigest()[:16]


def all_members(
    nodes: pl.DataFrame,
    found: Spread,
    pieces: pl.DataFrame,
    register: pl.DataFrame,
    *,
    since: datetime,
    rules: Rules,
) -> pl.DataFrame:
    """Every member and candidate with its strength; whom two readings name has both put together.

    Columns: network_id, subject_kind, subject_id, strength. nodes: network_id, kind, id.
    """
    sure = _sure(nodes, found)
    cards = nodes.filter(pl.col("kind").cast(pl.String).is_in(["account", "sim"])).rename(
        {"kind": "card_kind", "id": "card_id"}
    )
    owners = (
        owner_of(cards, register, kind="card_kind", key="card_id")
        .select("network_id", "owner")
        .unique()
    )
    met = candidates.around(pieces, register, owners, rules=rules)
    staff = candidates.of_staff(
        register, cards, recent=pl.col("since") >= since,
        tie=Tie(rules.ties["opened_at"].strength, rules.candidates["called"].strangers),
    )  # fmt: skip
    agents = holders(met, register, (1.0 - (1.0 - pl.col("strength").sort()).product()))
    return (
        pl.concat([sure, holders(sure, register, pl.col("strength").max()), met, agents, staff])
        .group_by(KEY)
        .agg((1.0 - (1.0 - pl.col("strength").sort()).product()).clip(0.0, 1.0).alias("strength"))
        .sort(KEY)
    )


def _sure(nodes: pl.DataFrame, found: Spread) -> pl.DataFrame:
    """Members of the group itself: cards by belief, what they share by its purity."""
    keys = KEY[1:]
    subjects = nodes.filter(pl.col("kind").cast(pl.String).is_in(SUBJECTS)).rename(
        {"kind": keys[0], "id": keys[1]}
    )
    belief = found.belief.rename({"card_kind": keys[0], "card_id": keys[1]})
    hosts = found.ties.filter(pl.col("relation") != "paid")
    purity = hosts.group_by(
        pl.col("right_kind").alias(keys[0]), pl.col("right_id").alias(keys[1])
    ).agg(pl.col("purity").max())
    return (
        subjects.join(belief, on=keys, how="left")
        .join(purity, on=keys, how="left")
        .select(*KEY, pl.coalesce("belief", "purity").alias("strength"))
        .drop_nulls("strength")
        .cast(MEMBER)  # type: ignore[arg-type]
    )


def holders(cards: pl.DataFrame, register: pl.DataFrame, strength: pl.Expr) -> pl.DataFrame:
    """The holders of these members, each as strong as `strength` makes of those of their cards."""
    return (
        cards.join(register, left_on=KEY[1:], right_on=CARD)
        .group_by(
            "network_id",
            pl.col("owner_kind").alias("subject_kind"),
            pl.col("owner_id").alias("subject_id"),
        )
        .agg(strength.alias("strength"))
        .cast(MEMBER)  # type: ignore[arg-type]
        .sort(KEY)
    )


def all_links(
    members: pl.DataFrame, control: pl.DataFrame, pieces: pl.DataFrame, register: pl.DataFrame
) -> pl.DataFrame:
    """Every edge between two members of one network: those of control by weight, mere contact by 0.

    Columns: network_id and those of evidence.
    """
    keys = list(EVIDENCE)[:5]
    cards = members.select(
        pl.col("subject_kind").alias("card_kind"), pl.col("subject_id").alias("card_id")
    )
    ids = cards.select(pl.col("card_kind").alias("right_kind"), pl.col("card_id").alias("right_id"))
    near = pieces.join(ids, on=["right_kind", "right_id"], how="semi")
    met = [_with_holders(near, register), held_by(register, cards), opened_by(register, cards)]
    contact = together(met).join(control.select(keys), on=keys, how="anti")
    edges = pl.concat([control, contact.with_columns(pl.lit(0.0).alias("weight"))])
    ends = [
        members.select(
            "network_id",
            pl.col("subject_kind").alias(f"{side}_kind"),
            pl.col("subject_id").alias(f"{side}_id"),
        )
        for side in ("left", "right")
    ]
    return (
        edges.join(ends[0], on=["left_kind", "left_id"])
        .join(ends[1], on=["network_id", "right_kind", "right_id"])
        .select("network_id", *EVIDENCE)
        .sort("network_id", *keys)
    )


def _with_holders(pieces: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """The evidence, where contact is with the holder of a card, not with the card it happened to reach."""
    contact = pl.col("relation").cast(pl.String).is_in(CONTACT)
    owners = register.select(
        pl.col("card_kind").alias("left_kind"),
        pl.col("card_id").alias("left_id"),
        "owner_kind",
        "owner_id",
    )
    met = pieces.filter(contact).join(owners, on=["left_kind", "left_id"], how="left").with_columns(
        pl.coalesce("owner_kind", "left_kind").alias("left_kind"),
        pl.coalesce("owner_id", "left_id").alias("left_id"),
    )  # fmt: skip
    same = met.group_by(list(EVIDENCE)[:5]).agg(
        pl.col("weight").max(),
        pl.col("count").sum(),
        pl.col("first_at").min(),
        pl.col("last_at").max(),
    )
    return together([pieces.filter(~contact), same])


def opened_by(register: pl.DataFrame, cards: pl.DataFrame) -> pl.DataFrame:
    """Edges from these cards to the staff who opened them and the outlets where."""
    rows = register.join(cards.unique(), on=CARD, how="semi")
    return together(
        rows.filter(pl.col(f"{kind}_id").is_not_null()).select(
            pl.col("card_kind").alias("left_kind"),
            pl.col("card_id").alias("left_id"),
            pl.lit(kind).alias("right_kind"),
            pl.col(f"{kind}_id").alias("right_id"),
            pl.lit(relation).alias("relation"),
            pl.lit(0.0).alias("weight"),
            pl.lit(1).alias("count"),
            pl.col("since").alias("first_at"),
            pl.col("since").alias("last_at"),
        )
        for kind, relation in (("staff", "opened_by"), ("outlet", "opened_at"))
    )


def dated(members: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """The members with `since` and `until`: the first and last instant of what ties each."""
    parts = [
        links.filter(
            ~pl.col("relation").cast(pl.String).is_in(["held_by", "bound_to", "run_by"])
        ).select(
            "network_id",
            pl.col(f"{side}_kind").alias("subject_kind"),
            pl.col(f"{side}_id").alias("subject_id"),
            "first_at",
            "last_at",
        )
        for side in ("left", "right")
    ]
    # a register's dates are older than the trade; only what was done dates a member
    spans = (
        pl.concat(parts)
        .group_by(KEY)
        .agg(pl.col("first_at").min().alias("since"), pl.col("last_at").max().alias("until"))
    )
    return members.join(spans, on=KEY, how="left", maintain_order="left").with_columns(
        pl.col("since", "until").cast(AT)
    )
