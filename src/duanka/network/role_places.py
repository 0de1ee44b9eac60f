"""Which network a role belongs to: the subject's own, or that of those whom its evidence is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.role_cards import INSTANT

if TYPE_CHECKING:
    from duanka.network.role_cards import Known

KEY = ["subject_kind", "subject_id"]
ROUNDS = 3
"""A financier is told by his head, the head by his buyers, and they by those whose cards they bought."""
_ENDS: tuple[tuple[str, str, str | None, str, tuple[str, ...]], ...] = (
    ("transfer", "transfer_id", "account", "paid", ("payer_id", "payee_id")),
    ("call", "call_id", "sim", "called", ("caller_id", "callee_id")),
    ("message", "message_id", "sim", "wrote_to", ("sender_id", "receiver_id")),
    ("opening", "opening_id", None, "opened_with", ("card_id",)),
)
"""Tables that evidence names events of, and which cards each event touches; an opening says the kind itself."""


def placed(
    known: Known, found: pl.DataFrame, signals: pl.DataFrame, members: pl.DataFrame
) -> pl.DataFrame:
    """The found roles with `network_id`, null where neither they nor their evidence lie in a network.

    Columns: `members` network_id, subject_kind, subject_id and, where it is there, strength: of several
        networks the one in which a subject is strongest.
    """
    places = with_holders(known, strongest(members))
    near_to = about(known, found, signals)
    subjects = found.select(KEY).unique()
    for _ in range(ROUNDS):
        near = near_to.join(
            places.rename({"subject_kind": "kind", "subject_id": "id"}), on=["kind", "id"]
        )
        voted = (
            near.group_by(*KEY, "network_id")
            .agg(pl.len().alias("votes"))
            .sort(*KEY, "votes", "network_id", descending=[False, False, True, False])
            .unique(KEY, keep="first", maintain_order=True)
            .select(*KEY, "network_id")
        )
        new = voted.join(subjects, on=KEY, how="semi").join(places, on=KEY, how="anti")
        places = pl.concat([places, new])
    return found.join(places, on=KEY, how="left", maintain_order="left")


def with_holders(known: Known, places: pl.DataFrame) -> pl.DataFrame:
    """The members, and the holders of member cards who are none themselves."""
    cards = known.cards.filter(pl.col("holder_id").is_not_null())
    cards = cards.rename({"card_kind": "subject_kind", "card_id": "subject_id"})
    holders = (
        places.join(cards, on=KEY)
        .sort("holder_id", *KEY)
        .unique("holder_id", keep="first", maintain_order=True)
        .select(
            pl.col("holder_kind").alias("subject_kind"),
            pl.col("holder_id").alias("subject_id"),
            "network_id",
        )
    )
    return pl.concat([places, holders.join(places, on=KEY, how="anti")])


def strongest(members: pl.DataFrame) -> pl.DataFrame:
    """One network a member: the one in which it is strongest, where strengths are told."""
    rows = members.with_columns(pl.col(KEY).cast(pl.String))
    order = ["strength"] if "strength" in members.columns else []
    return (
        rows.sort(*order, *KEY, "network_id", descending=[True] * len(order) + [False] * 3)
        .unique(KEY, keep="first", maintain_order=True)
        .select(*KEY, "network_id")
    )


def about(known: Known, found: pl.DataFrame, signals: pl.DataFrame) -> pl.DataFrame:
    """Whom the evidence of each subject is about: cards and their holders, himself aside.

    Columns: subject_kind, subject_id, kind and id (of whom), relation, at; one row an event and whom it touched.
    """
    told = (
        signals.join(found.select(KEY).unique(), on=KEY)
        .select(*KEY, pl.col("events").alias("event"))
        .explode("event")
        .drop_nulls()
        .unique()
    )
    instant = pl.lit(None, INSTANT).alias("at")
    firm = pl.col("event").alias("id")
    run_by = pl.lit("run_by").alias("relation")
    parts = [told.select(*KEY, pl.lit("organisation").alias("kind"), firm, run_by, instant)]
    for name, key, kind, relation, sides in _ENDS:
        if known.has(name):
            kind_of = pl.col("card_kind").cast(pl.String) if kind is None else pl.lit(kind)
            events = known.frames[name].with_columns(kind_of.alias("kind"))
            rows = told.join(
                events.select(pl.col(key).alias("event"), "kind", "at", *sides), on="event"
            )
            parts += [
                rows.select(
                    *KEY, "kind", pl.col(s).alias("id"), pl.lit(relation).alias("relation"), "at"
                )
                for s in sides
            ]
    ends = pl.concat(parts).filter(pl.col("kind").is_not_null() & pl.col("id").is_not_null())
    return _of_others(known, ends)


def _of_others(known: Known, ends: pl.DataFrame) -> pl.DataFrame:
    """The ends and those who hold them, without what is the subject's own."""
    of = known.cards.select(
        pl.col("card_kind").alias("kind"), pl.col("card_id").alias("id"), "holder_id", "holder_kind"
    )
    holders = ends.join(of, on=["kind", "id"]).filter(pl.col("holder_id").is_not_null())
    people = holders.select(
        *KEY,
        pl.col("holder_kind").alias("kind"),
        pl.col("holder_id").alias("id"),
        "relation",
        "at",
    )
    own = (pl.col("kind") == pl.col("subject_kind")) & (pl.col("id") == pl.col("subject_id"))
    mine = holders.filter(pl.col("holder_id") == pl.col("subject_id")).select(*KEY, "kind", "id")
    return (
        pl.concat([ends, people])
        .filter(~own)
        .join(mine.unique(), on=[*KEY, "kind", "id"], how="anti")
    )
