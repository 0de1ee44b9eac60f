"""What calls and messages say: who speaks to holders of suspected cards, and which call came before which payment.

A call is contact, never control: none of this makes a member of a victim or of a friend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.evidence import AT, KIND, none, often, shaped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duanka.network.rules import Rules

SPOKEN: dict[str, pl.DataType | type[pl.DataType]] = {
    "at": AT,
    "from_id": pl.String,
    "to_id": pl.String,
    "relation": pl.String,
}


def spoken(frames: Mapping[str, pl.DataFrame], *, since: datetime) -> pl.LazyFrame:
    """Calls, and messages from person to person, since the instant.

    Columns: at, from_id, to_id (SIMs), relation (called or wrote_to).
    """
    parts = [pl.LazyFrame(schema=SPOKEN)]
    calls, messages = frames.get("call"), frames.get("message")
    if calls is not None:
        parts.append(
            calls.lazy().select(
                pl.col("at").cast(AT),
                pl.col("caller_id").alias("from_id"),
                pl.col("callee_id").alias("to_id"),
                pl.lit("called").alias("relation"),
            )
        )
    if messages is not None:
        told = pl.col("message_kind").cast(pl.String).fill_null("personal")
        parts.append(
            messages.lazy()
            .filter(told == "personal")
            .select(
                pl.col("at").cast(AT),
                pl.col("sender_id").alias("from_id"),
                pl.col("receiver_id").alias("to_id"),
                pl.lit("wrote_to").alias("relation"),
            )
        )
    return pl.concat(parts).filter(pl.col("at") >= since, pl.col("from_id") != pl.col("to_id"))


def courted(talk: pl.LazyFrame, register: pl.DataFrame, seeds: pl.DataFrame) -> pl.DataFrame:
    """Evidence `called` and `wrote_to`: who speaks to holders of suspected cards; the one spoken to left.

    All others to whom that SIM speaks are told too, so that a courier's many customers dilute it.
    """
    suspects = register.join(seeds, on=["card_kind", "card_id"], how="semi")
    sims = register.filter(pl.col("card_kind") == "sim").join(
        suspects.select("owner_id").unique(), on="owner_id", how="semi"
    )
    sources = (
        talk.join(sims.lazy(), left_on="to_id", right_on="card_id", how="semi")
        .select("from_id")
        .unique()
    )
    return shaped(
        talk.join(sources, on="from_id", how="semi")
        .group_by("from_id", "to_id", "relation")
        .agg(
            pl.len().cast(pl.Int64).alias("count"),
            pl.col("at").min().alias("first_at"),
            pl.col("at").max().alias("last_at"),
        )
        .select(
            pl.lit("sim").alias("left_kind"),
            pl.col("to_id").alias("left_id"),
            pl.lit("sim").alias("right_kind"),
            pl.col("from_id").alias("right_id"),
            "relation",
            pl.lit(1.0).alias("weight"),
            "count",
            "first_at",
            "last_at",
        )
        .collect()
    )


def before_payments(
    talk: pl.LazyFrame,
    money: pl.LazyFrame,
    register: pl.DataFrame,
    seeds: pl.DataFrame,
    *,
    rules: Rules,
) -> pl.DataFrame:
    """Evidence `called_before`: a suspected SIM called somebody who then paid a suspected account.

    The SIM stands left, the account right; who was called and paid, probably the victim, stands in
    neither place.
    """
    by_kind = {
        kind: seeds.lazy().filter(pl.col("card_kind") == kind).select("card_id")
        for kind in ("account", "sim")
    }
    paid = money.join(by_kind["account"], left_on="payee_id", right_on="card_id", how="semi")
    called = talk.join(by_kind["sim"], left_on="from_id", right_on="card_id", how="semi")
    phones = _phones(register).lazy()
    rows = (
        paid.join(phones, left_on="payer_id", right_on="account_id")
        .join(called, left_on="phone_id", right_on="to_id", suffix="_call")
        .filter(pl.col("at_call") <= pl.col("at"), pl.col("at_call") >= pl.col("at") - rules.warned)
        .select("from_id", "payee_id", "payer_id", "at", "at_call")
        .collect()
    )
    if rows.is_empty():
        return none()
    return shaped(
        rows.group_by("from_id", "payee_id")
        .agg(
            pl.col("payer_id").n_unique().cast(pl.Int64).alias("count"),
            pl.col("at_call").min().alias("first_at"),
            pl.col("at").max().alias("last_at"),
        )
        .select(
            pl.lit("sim").alias("left_kind"),
            pl.col("from_id").alias("left_id"),
            pl.lit("account").alias("right_kind"),
            pl.col("payee_id").alias("right_id"),
            pl.lit("called_before").alias("relation"),
            (rules.called * often(pl.col("count"))).alias("weight"),
            "count",
            "first_at",
            "last_at",
        )
    )


def _phones(register: pl.DataFrame) -> pl.DataFrame:
    """Which phones stand behind an account: the SIM bound to it and those of its holder."""
    accounts = register.filter(pl.col("card_kind") == pl.lit("account", KIND))
    sims = register.filter(pl.col("card_kind") == pl.lit("sim", KIND))
    return pl.concat(
        [
            accounts.filter(pl.col("sim_id").is_not_null()).select(
                pl.col("card_id").alias("account_id"), pl.col("sim_id").alias("phone_id")
            ),
            accounts.join(sims, on="owner_id", suffix="_sim").select(
                pl.col("card_id").alias("account_id"), pl.col("card_id_sim").alias("phone_id")
            ),
        ]
    ).unique()
