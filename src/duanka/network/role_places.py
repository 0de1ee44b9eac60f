"""Which network a role belongs to: the subject's own, or that of those whom its evidence is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from duanka.network.role_cards import Known

KEY = ["subject_kind", "subject_id"]
ROUNDS = 3
"""A financier is told by his head, the head by his buyers, and they by those whose cards they bought."""
_ENDS = (
    ("transfer", "transfer_id", "account", ("payer_id", "payee_id")),
    ("call", "call_id", "sim", ("caller_id", "callee_id")),
    ("message", "message_id", "sim", ("sender_id", "receiver_id")),
)


def placed(
    known: Known, found: pl.DataFrame, signals: pl.DataFrame, members: pl.DataFrame
) -> pl.DataFrame:
    """The found roles with `network_id`, null where neither they nor their evidence lie in a network.

    Columns: `members` network_id, subject_kind, subject_id and, where it is there, strength: of several
        networks the one in which a subject is strongest.
    """
    places = _with_holders(known, strongest(members))
    about = _about(known, found, signals)
    subjects = found.select(KEY).unique()
    for _ in range(ROUNDS):
        near = about.join(
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


def _with_holders(known: Known, places: pl.DataFrame) -> pl.DataFrame:
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


def _about(known: Known, found: pl.DataFrame, signals: pl.DataFrame) -> pl.DataFrame:
    """Whom the evidence of each subject is about: cards and their holders, himself aside (kind, id)."""
    told = (
        signals.join(found.select(KEY).unique(), on=KEY)
        .select(*KEY, pl.col("events").alias("event"))
        .explode("event")
        .drop_nulls()
        .unique()
    )
    cards = []
    for name, key, kind, sides in _ENDS:
        if known.has(name):
            rows = told.join(
                known.frames[name].select(pl.col(key).alias("event"), *sides), on="event"
            )
            cards += [
                rows.select(*KEY, pl.lit(kind).alias("kind"), pl.col(s).alias("id")) for s in sides
            ]
    if known.has("opening"):
        rows = told.join(
            known.frames["opening"].select(pl.col("opening_id").alias("event"), pl.col("card_kind").cast(pl.String).alias("kind"), pl.col("card_id").alias("id")),
            on="event",
        )  # fmt: skip
        cards.append(rows.select(*KEY, "kind", "id"))
    firms = told.select(*KEY, pl.lit("organisation").alias("kind"), pl.col("event").alias("id"))
    ends = pl.concat([firms, *cards]).drop_nulls()
    of = known.cards.select(
        pl.col("card_kind").alias("kind"), pl.col("card_id").alias("id"), "holder_id", "holder_kind"
    )
    holders = ends.join(of, on=["kind", "id"]).filter(pl.col("holder_id").is_not_null())
    people = holders.select(
        *KEY, pl.col("holder_kind").alias("kind"), pl.col("holder_id").alias("id")
    )
    own = (pl.col("kind") == pl.col("subject_kind")) & (pl.col("id") == pl.col("subject_id"))
    mine = holders.filter(pl.col("holder_id") == pl.col("subject_id")).select(*KEY, "kind", "id")
    return pl.concat([ends, people]).filter(~own).join(mine, on=[*KEY, "kind", "id"], how="anti")
