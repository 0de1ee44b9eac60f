"""How suspected cards are used: by whose device, by how many payers, and what stays behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.role_cards import PASSES
from duanka.network.role_money import kinds
from duanka.network.role_signals import none_found, said, spans

if TYPE_CHECKING:
    from duanka.network.role_cards import Known

CARD = ["card_kind", "card_id"]
_SEEN = (
    ("transfer", "account", "payer_id"),
    ("call", "sim", "caller_id"),
    ("message", "sim", "sender_id"),
)


def seen(known: Known) -> pl.DataFrame:
    """The sightings of all cards of who was ever on a device with a suspected card.

    Columns: card_kind, card_id, holder_id, holder_kind, p, device_id, at.
    Cash machines and the desks of outlets are devices of nobody and are left out.
    """
    rows = _on_devices(known)
    if rows is None:
        return pl.DataFrame()
    cards = known.cards.filter(pl.col("holder_id").is_not_null())
    bad = known.suspects.select(CARD).lazy()
    hosts = rows.join(bad, on=CARD, how="semi").select("device_id").unique().collect()["device_id"]
    near = rows.filter(pl.col("device_id").is_in(hosts.implode())).select(CARD).unique().collect()
    asked = cards.join(near, on=CARD, how="semi")["holder_id"].unique()
    cards = cards.filter(pl.col("holder_id").is_in(asked.implode()))
    mine = rows.filter(pl.col("card_id").is_in(cards["card_id"].implode())).collect()
    return mine.join(cards.select(*CARD, "holder_id", "holder_kind", "p"), on=CARD)


def _on_devices(known: Known) -> pl.LazyFrame | None:
    """Every sighting of a card on a device, read when it is asked for: there are many, and few are wanted."""
    parts = []
    if known.has("device_use"):
        parts.append(known.frames["device_use"].lazy().select(pl.col("card_kind").cast(pl.String), "card_id", "device_id", "at"))  # fmt: skip
    for name, kind, column in _SEEN:
        if known.has(name):
            rows = known.frames[name].lazy()
            if name == "transfer":
                rows = rows.filter(~pl.col("channel").cast(pl.String).is_in(["atm", "counter", "pos"]).fill_null(value=False))  # fmt: skip
            parts.append(rows.select(pl.lit(kind).alias("card_kind"), pl.col(column).alias("card_id"), "device_id", "at"))  # fmt: skip
    return pl.concat(parts).filter(pl.col("device_id").is_not_null()) if parts else None


def control(known: Known, sightings: pl.DataFrame) -> list[pl.DataFrame]:
    """Signals `control_moved`, `own_device` and `shares_device` of suspected cards, by card.

    A device is a holder's own where other cards of his, or the card itself long before the change of
    use, live on it, and no other suspected holder's card does.
    """
    if sightings.is_empty():
        return [none_found()]
    key = known.suspects.select(*CARD, "since")
    used = sightings.join(key, on=CARD).filter(
        pl.col("at") >= pl.col("since") - pl.duration(days=known.number("control_days_before"))
    )
    hosts = sightings.join(used.select("device_id").unique(), on="device_id", how="semi")
    least = known.number("suspected_score")
    lived = hosts.group_by("device_id", "holder_id").agg(
        pl.len().alias("n"), (pl.col("p") >= least).any().alias("bad")
    )
    others = lived.group_by("device_id").agg(
        pl.col("bad").sum().alias("bad_holders"), pl.len().alias("all_holders")
    )
    own = _own(known, hosts, key)
    per = used.join(others, on="device_id").join(own, on=[*CARD, "device_id"], how="left")
    pure = pl.col("bad_holders") >= known.number("pure_share") * pl.col("all_holders")
    ring = (pl.col("bad_holders") > 1) & pure
    per = per.with_columns(
        mine=pl.col("mine").fill_null(value=False) & ~ring,
        others=pl.when(pure).then(pl.col("bad_holders") - 1).otherwise(0),
    )
    found = per.group_by(*CARD).agg(
        pl.col("mine").mean().alias("own"), pl.col("others").max().cast(pl.Float64), *spans()
    )
    found = found.rename({"card_kind": "subject_kind", "card_id": "subject_id"})
    return [
        said(found.with_columns(value=1 - pl.col("own")), "control_moved"),
        said(found.with_columns(value=pl.col("own")), "own_device"),
        said(found.with_columns(value=pl.col("others")), "shares_device"),
    ]


def _own(known: Known, hosts: pl.DataFrame, key: pl.DataFrame) -> pl.DataFrame:
    """Which devices are the holder's own: card and device, mine."""
    before = pl.duration(days=known.number("own_days_before"))
    mine = hosts.join(known.suspects.select("holder_id").unique(), on="holder_id", how="semi")
    old = (
        mine.join(key, on=CARD, how="left")
        .filter(pl.col("since").is_null() | (pl.col("at") < pl.col("since") - before))
        .select("holder_id", "device_id")
        .unique()
    )
    cards = known.suspects.select(*CARD, "holder_id")
    return cards.join(old, on="holder_id").select(*CARD, "device_id", mine=pl.lit(value=True))


def serves(known: Known, sightings: pl.DataFrame) -> list[pl.DataFrame]:
    """Signals `serves_devices` and `joined_device`: clean cards on devices that serve suspected cards of several.

    Where most of what a person does happens on such devices they are his own, and he serves the others;
    where it was one card that came, the card has been handed over like theirs.
    """
    if sightings.is_empty():
        return [none_found()]
    least = known.number("suspected_score")
    rings = (
        sightings.filter(pl.col("p") >= least)
        .group_by("device_id")
        .agg(pl.col("holder_id").n_unique().alias("bad_holders"))
        .filter(pl.col("bad_holders") > 1)
    )
    here = sightings.join(rings, on="device_id")
    here = here.filter(
        pl.col("bad_holders") >= known.number("pure_share") * pl.col("holder_id").n_unique().over("device_id"),
        pl.col("p") < least, ~pl.col("holder_id").is_in(known.holders["holder_id"].implode()),
    )  # fmt: skip
    found = here.group_by(pl.col("holder_id").alias("subject_id")).agg(
        pl.col("bad_holders").max().cast(pl.Float64).alias("value"),
        pl.col("card_id").n_unique().alias("cards"), *spans(),
    ).filter(pl.col("count") > 1)  # fmt: skip
    all_ = sightings.join(found, left_on="holder_id", right_on="subject_id", how="semi")
    all_ = all_.group_by(pl.col("holder_id").alias("subject_id")).agg(pl.len().alias("all"))
    found = kinds(known, found.join(all_, on="subject_id"))
    lives = (pl.col("count") * 2 > pl.col("all")) & (pl.col("cards") > 1)
    return [
        said(found.filter(lives), "serves_devices"),
        said(found.filter(~lives), "joined_device"),
    ]


def flow_through(known: Known) -> list[pl.DataFrame]:
    """Signals `gathers`, `passes_on` and `keeps_commission` of suspected accounts.

    How many passers-by paid in the busiest three days; what share of a day's income left within a day;
    whether the share left behind is that of a commission.
    """
    if not known.has("transfer"):
        return [none_found()]
    mine = known.of_kind("account", known.suspects).select("card_id", "since")
    rows = known.moves
    came = rows.join(mine, left_on="payee_id", right_on="card_id").with_columns(
        card=pl.col("payee_id")
    )
    went = rows.join(mine, left_on="payer_id", right_on="card_id").with_columns(
        card=pl.col("payer_id")
    )
    came, went = (f.filter(pl.col("at") >= pl.col("since")) for f in (came, went))
    strangers = came.filter(pl.len().over("card", "payer_id") <= PASSES).sort("at")
    busy = strangers.rolling("at", period="3d", group_by="card").agg(pl.col("payer_id").n_unique().alias("n"))  # fmt: skip
    gathers = strangers.group_by("card").agg(*spans("transfer_id")).join(
        busy.group_by("card").agg(pl.col("n").max().cast(pl.Float64).alias("value")), on="card"
    )  # fmt: skip
    sums = _through(came, went)
    low, high = known.number("least_commission"), known.number("most_commission")
    kept = 1 - pl.col("out") / pl.col("in")
    tell = {"subject_kind": pl.lit("account"), "subject_id": pl.col("card")}
    return [
        said(gathers.with_columns(**tell), "gathers"),
        said(sums.with_columns(**tell, value=pl.col("soon") / pl.col("in")), "passes_on"),
        said(
            sums.with_columns(**tell, value=kept.is_between(low, high).cast(pl.Float64)),
            "keeps_commission",
        ),
    ]


def _through(came: pl.DataFrame, went: pl.DataFrame) -> pl.DataFrame:
    """What came to each card, what went, and what went on the day it came or the next."""
    day = pl.col("at").dt.truncate("1d").alias("day")
    ins = came.group_by("card", day).agg(
        pl.col("amount_fen").sum().alias("in"), pl.len().alias("n")
    )
    outs = went.group_by("card", day).agg(pl.col("amount_fen").sum().alias("out"))
    days = ins.join(outs, on=["card", "day"], how="full", coalesce=True).sort("card", "day")
    tomorrow = outs.with_columns(pl.col("day") - pl.duration(days=1)).rename({"out": "later"})
    days = days.join(tomorrow, on=["card", "day"], how="left").fill_null(0)
    return days.group_by("card").agg(
        pl.col("in", "out").sum(),
        pl.min_horizontal("in", pl.col("out") + pl.col("later")).sum().alias("soon"),
        pl.col("n").sum().cast(pl.Int64).alias("count"),
        pl.col("day").min().alias("first_at"),
        pl.col("day").max().alias("last_at"),
    ).filter(pl.col("in") > 0)  # fmt: skip
