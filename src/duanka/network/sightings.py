"""Cards seen on devices and networks: who shared them with whom, and how fully a card lived there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.evidence import AT, CARD, KIND, none, often, together

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SOURCES = (
    ("device_use", None, None),
    ("transfer", "account", "payer_id"),
    ("call", "sim", "caller_id"),
    ("message", "sim", "sender_id"),
)
"""Tables that say which card was on which device, the kind of card, and the column of its id."""


def seen(frames: Mapping[str, pl.DataFrame], *, since: datetime) -> pl.LazyFrame:
    """Every sighting of a card on a device or network since the instant.

    Columns: card_kind, card_id, at, device_id, network_id.
    """
    parts = []
    for table, kind, key in SOURCES:
        frame = frames.get(table)
        if frame is None or frame.is_empty() or "device_id" not in frame.columns:
            continue
        network = "network_id" in frame.columns
        parts.append(
            frame.lazy()
            .filter(pl.col("at") >= since, pl.col("device_id").is_not_null())
            .select(
                (pl.col("card_kind").cast(pl.String) if kind is None else pl.lit(kind))
                .cast(KIND)
                .alias("card_kind"),
                pl.col("card_id" if key is None else key).alias("card_id"),
                pl.col("at").cast(AT),
                "device_id",
                (pl.col("network_id") if network else pl.lit(None, pl.String)).alias("network_id"),
            )
        )
    empty = pl.LazyFrame(
        schema={"card_kind": KIND, "card_id": pl.String, "at": AT, "device_id": pl.String, "network_id": pl.String}
    )  # fmt: skip
    return pl.concat([empty, *parts])


def shared(sightings: pl.LazyFrame, seeds: pl.DataFrame) -> pl.DataFrame:
    """Evidence that cards shared a device or network with a seed: `used_on` and `online_from`.

    A card that lived on the device in the time between its first and last sighting there weighs
    more than one that was tried there once, so a repairer's bench and a branch's kiosk weigh little.
    """
    return together(
        _on(sightings, seeds, column, right, relation)
        for column, right, relation in (
            ("device_id", "device", "used_on"),
            ("network_id", "network", "online_from"),
        )
    )


def _on(
    sightings: pl.LazyFrame, seeds: pl.DataFrame, column: str, right: str, relation: str
) -> pl.DataFrame:
    here = sightings.filter(pl.col(column).is_not_null())
    hosts = _of(here, seeds).select(column).unique().collect()
    on_them = here.filter(pl.col(column).is_in(hosts[column].implode()))
    rows = _of(here, on_them.select(CARD).unique().collect()).select(*CARD, "at", column).collect()
    if rows.is_empty():
        return none()
    ranked = rows.sort(*CARD, "at", column).with_columns(
        pl.int_range(pl.len()).over(CARD).alias("rank")
    )
    return (
        ranked.join(hosts, on=column, how="semi")
        .group_by(*CARD, column)
        .agg(
            pl.len().cast(pl.Int64).alias("count"),
            (pl.col("rank").max() - pl.col("rank").min() + 1).alias("meanwhile"),
            pl.col("at").min().alias("first_at"),
            pl.col("at").max().alias("last_at"),
        )
        .select(
            pl.col("card_kind").alias("left_kind"),
            pl.col("card_id").alias("left_id"),
            pl.lit(right).alias("right_kind"),
            pl.col(column).alias("right_id"),
            pl.lit(relation).alias("relation"),
            (often(pl.col("count")) * (pl.col("count") / pl.col("meanwhile")).sqrt()).alias(
                "weight"
            ),
            "count",
            "first_at",
            "last_at",
        )
    )


def _of(sightings: pl.LazyFrame, cards: pl.DataFrame) -> pl.LazyFrame:
    """The sightings of these cards; picked by id first, so that nothing of the others is ever held."""
    mine = sightings.filter(pl.col("card_id").is_in(cards["card_id"].unique().implode()))
    return mine.join(cards.lazy().select(CARD), on=CARD, how="semi")
