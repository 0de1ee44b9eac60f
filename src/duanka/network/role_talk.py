"""Calls and messages with the holders of suspected cards: who speaks to many of them, and who only once to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.role_money import beyond_one, kinds, new_with
from duanka.network.role_signals import merged, none_found, said, spans

if TYPE_CHECKING:
    from duanka.network.role_cards import Known


def spoken(known: Known) -> pl.DataFrame:
    """Every call and personal message between two SIMs that are not themselves suspected.

    Columns: at, caller, callee (SIMs), event (its id). What a suspected SIM says is the fraud itself.
    """
    bad = known.of_kind("sim", known.suspects)["card_id"].implode()
    parts = []
    for name, event, a, b in (
        ("call", "call_id", "caller_id", "callee_id"),
        ("message", "message_id", "sender_id", "receiver_id"),
    ):
        if not known.has(name):
            continue
        rows = known.frames[name].filter(~pl.col(a).is_in(bad), ~pl.col(b).is_in(bad))
        if name == "message":
            kind = pl.col("message_kind").cast(pl.String).fill_null("personal")
            rows = rows.filter(kind == "personal")
        parts.append(rows.select("at", pl.col(a).alias("caller"), pl.col(b).alias("callee"), pl.col(event).alias("event")))  # fmt: skip
    return pl.concat(parts) if parts else pl.DataFrame()


def with_asked(known: Known, talk: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Who spoke with the asked holders, a pair a row.

    Columns: `asked` holder_id, weight, and since, where it matters; returns person, other, weight,
        out (how often the person called first or wrote), lead_days (how long before since the pair
        first spoke), days (between first and last), and the spans.
    """
    if talk.is_empty() or asked.is_empty():
        return pl.DataFrame()
    sims = known.of_kind("sim").filter(pl.col("holder_id").is_not_null()).select("card_id", "holder_id")  # fmt: skip
    theirs = sims.join(asked, on="holder_id").rename({"holder_id": "other"})
    parts = [
        talk.join(theirs.rename({"card_id": there}), on=there)
        .rename({here: "card_id"})
        .with_columns(pl.lit(out).alias("out"))
        .drop(there)
        for here, there, out in (("caller", "callee", True), ("callee", "caller", False))
    ]
    rows = pl.concat(parts, how="diagonal").join(sims.rename({"holder_id": "person"}), on="card_id")
    rows = rows.filter(pl.col("person") != pl.col("other"))
    since = pl.col("since").first() if "since" in asked.columns else pl.col("at").min()
    hours = 24.0
    return rows.group_by("person", "other").agg(
        pl.col("weight").first(),
        pl.col("out").sort_by("at").first().alias("began"),
        ((since - pl.col("at").min()).dt.total_minutes() / 60 / hours).alias("lead_days"),
        ((pl.col("at").max() - pl.col("at").min()).dt.total_minutes() / 60 / hours).alias("days"),
        *spans("event"),
    )


def habits(known: Known, talk: pl.DataFrame, people: pl.Series) -> pl.DataFrame:
    """How these people use the phone: holder_id, contacts, held and once.

    Contacts are distinct numbers; held those of them whose holder is known; once those that were rung
    once and never rang back.
    """
    schema = {"holder_id": pl.String, "contacts": pl.Int64, "held": pl.Int64, "once": pl.Int64}
    if talk.is_empty():
        return pl.DataFrame(schema=schema)
    sims = known.of_kind("sim").filter(pl.col("holder_id").is_not_null())
    mine = sims.filter(pl.col("holder_id").is_in(people.implode())).select("card_id", "holder_id")
    ends = pl.concat([
        talk.join(mine.rename({"card_id": here}), on=here)
        .select("holder_id", pl.col(there).alias("other"), pl.lit(out).alias("out"))
        for here, there, out in (("caller", "callee", 1), ("callee", "caller", 0))
    ])  # fmt: skip
    met = ends.group_by("holder_id", "other").agg(pl.len().alias("n"), pl.col("out").sum())
    held = pl.col("other").is_in(sims["card_id"].implode())
    return met.group_by("holder_id").agg(
        pl.len().cast(pl.Int64).alias("contacts"),
        held.sum().cast(pl.Int64).alias("held"),
        ((pl.col("n") == 1) & (pl.col("out") == 1)).sum().cast(pl.Int64).alias("once"),
    )


def contacts_sellers(known: Known, talk: pl.DataFrame) -> list[pl.DataFrame]:
    """Signals `contacts_sellers`, `calls_before` and `first_contacts`.

    With how many sellers somebody came to speak near the change of use, beyond what so many contacts
    give by chance; with how many of them before it, calling first; how many people were rung once.
    """
    asked = known.holders.select("holder_id", pl.col("p").alias("weight"), "since").drop_nulls()
    met = with_asked(known, talk, asked)
    if met.is_empty():
        return [none_found()]
    near = met.filter(
        pl.col("lead_days").is_between(-known.number("talk_days_after"), known.number("talk_days_before")),
        pl.col("days") <= known.number("talk_days_before") + known.number("talk_days_after"),
    )  # fmt: skip
    sums = near.group_by(pl.col("person").alias("subject_id")).agg(
        beyond_one().alias("raw"),
        pl.col("weight").filter((pl.col("lead_days") > 0) & pl.col("began")).sum().alias("before"),
        *merged(),
    )
    sums = sums.filter(pl.col("raw") > 0)
    used = habits(known, talk, sums["subject_id"])
    share = met["other"].n_unique() / max(known.cards["holder_id"].n_unique(), 1)
    sums = sums.join(used, left_on="subject_id", right_on="holder_id", how="left").with_columns(
        chance=pl.col("held").fill_null(0) * share
    )
    sums = kinds(known, sums)
    return [
        said(sums.with_columns(value=pl.col("raw") - pl.col("chance")), "contacts_sellers"),
        said(sums.with_columns(value=pl.col("before") - pl.col("chance")), "calls_before"),
        said(sums.with_columns(value=pl.col("once") / pl.col("contacts")), "rings_once"),
    ]


def contacts_core(known: Known, talk: pl.DataFrame, core: pl.DataFrame, name: str) -> pl.DataFrame:
    """Signal `name`: how much somebody speaks with the core who began to with its trade.

    Columns: `core` holder_id, weight, from.
    """
    met = with_asked(known, talk, core.select("holder_id", "weight"))
    if met.is_empty():
        return none_found()
    found = (
        new_with(core, met, "other")
        .group_by(pl.col("person").alias("subject_id"))
        .agg(
            (pl.col("weight") * pl.col("count").clip(upper_bound=10)).sum().alias("value"),
            *merged(),
        )
    )
    return said(kinds(known, found), name)
