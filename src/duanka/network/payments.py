"""What money says about common control: shared beneficiaries, sums passed on in minutes, money for cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.network.book import is_exit
from duanka.network.evidence import AT, KIND, none, shaped
from duanka.network.resolve import owner_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duanka.network.rules import Rules


MOVED: dict[str, pl.DataType | type[pl.DataType]] = {
    "at": AT,
    "payer_id": pl.String,
    "payee_id": pl.String,
    "amount_fen": pl.Int64,
}


def moved(frames: Mapping[str, pl.DataFrame], *, since: datetime) -> pl.LazyFrame:
    """Payments since the instant from one account to another that can be followed, in time order.

    Columns: at, payer_id, payee_id, amount_fen. What failed, cash, merchants and payments to oneself are left out.
    """
    rows = frames.get("transfer")
    if rows is None:
        return pl.LazyFrame(schema=MOVED)
    return (
        rows.lazy()
        .filter(
            pl.col("at") >= since,
            pl.col("outcome").cast(pl.String).ne_missing("failed"),
            pl.col("payer_id") != pl.col("payee_id"),
            ~is_exit(pl.col("payer_id")),
            ~is_exit(pl.col("payee_id")),
        )
        .select(pl.col("at").cast(AT), "payer_id", "payee_id", "amount_fen")
    )


def among(money: pl.LazyFrame, column: str, ids: pl.Series) -> pl.LazyFrame:
    """The payments whose payer, or payee, is one of these; nothing of the others is ever held."""
    return money.filter(pl.col(column).is_in(ids.unique().implode()))


def beneficiaries(money: pl.LazyFrame, seeds: pl.DataFrame, *, rules: Rules) -> pl.DataFrame:
    """Evidence `paid`: who pays the accounts that suspected accounts pay; payer left, payee right.

    Suspicion follows money downstream only: a payer is never tied to a payee by paying. Payees that
    give suspected accounts more than they get from them (times `rules.victim_ratio`) are left out:
    bait that came back to a victim makes nobody a beneficiary. A payment made within minutes of an
    arrival of about its size weighs double.
    """
    bad = seeds.filter(pl.col("card_kind") == "account").select("card_id")
    of_bad, to_bad = (among(money, side, bad["card_id"]) for side in ("payer_id", "payee_id"))
    got = of_bad.group_by("payee_id").agg(pl.col("amount_fen").sum().alias("got_fen"))
    gave = to_bad.group_by("payer_id").agg(pl.col("amount_fen").sum().alias("gave_fen"))
    hosts = (
        got.join(gave, left_on="payee_id", right_on="payer_id", how="left")
        .filter(pl.col("gave_fen").fill_null(0) <= rules.victim_ratio * pl.col("got_fen"))
        .select("payee_id")
        .collect()
    )
    pairs = (
        among(money, "payee_id", hosts["payee_id"])
        .group_by("payer_id", "payee_id")
        .agg(
            pl.len().cast(pl.Int64).alias("count"),
            pl.col("at").min().alias("first_at"),
            pl.col("at").max().alias("last_at"),
        )
        .collect()
    )
    if pairs.is_empty():
        return none()
    quick = passed_on(money, bad, rules=rules)
    return shaped(
        pairs.join(quick, on=["payer_id", "payee_id"], how="left").select(
            pl.lit("account").alias("left_kind"),
            pl.col("payer_id").alias("left_id"),
            pl.lit("account").alias("right_kind"),
            pl.col("payee_id").alias("right_id"),
            pl.lit("paid").alias("relation"),
            (0.5 + 0.5 * pl.col("quick_share").fill_null(0.0)).alias("weight"),
            "count",
            "first_at",
            "last_at",
        )
    )


def passed_on(money: pl.LazyFrame, accounts: pl.DataFrame, *, rules: Rules) -> pl.DataFrame:
    """For each pair whose payer is among the accounts, the share of payments made soon after an arrival.

    Columns: payer_id, payee_id, quick_share: of the payments, those by which at least half of their
        sum had come in within `rules.pass_on` before.
    """
    mine = accounts["card_id"]
    out = among(money, "payer_id", mine).select(
        pl.col("payer_id").alias("account"),
        "at",
        "payee_id",
        pl.lit(0, pl.Int64).alias("in_fen"),
        pl.col("amount_fen").alias("out_fen"),
    )
    came = among(money, "payee_id", mine).select(
        pl.col("payee_id").alias("account"),
        "at",
        pl.lit(None, pl.String).alias("payee_id"),
        pl.col("amount_fen").alias("in_fen"),
        pl.lit(0, pl.Int64).alias("out_fen"),
    )
    window = f"{int(rules.pass_on.total_seconds())}s"
    rows = (
        pl.concat([came, out])
        .collect()
        .sort("account", "at", "in_fen", descending=[False, False, True])
    )
    if rows.is_empty():
        return pl.DataFrame(
            schema={"payer_id": pl.String, "payee_id": pl.String, "quick_share": pl.Float64}
        )
    recent = (
        pl.col("in_fen").rolling_sum_by("at", window_size=window, closed="both").over("account")
    )
    return (
        rows.with_columns(recent.alias("recent_fen"))
        .filter(pl.col("payee_id").is_not_null())
        .group_by(pl.col("account").alias("payer_id"), "payee_id")
        .agg((pl.col("recent_fen") * 2 >= pl.col("out_fen")).mean().alias("quick_share"))
    )


def buyers(
    money: pl.LazyFrame, register: pl.DataFrame, seeds: pl.DataFrame, *, rules: Rules
) -> pl.DataFrame:
    """Evidence `paid_for`: who pays holders of suspected cards sums such as cards cost; payee left, payer right.

    Payments into a suspected card that passed them on are a victim's, not a buyer's, and are left out.
    All payees of such a payer are told, so that an employer's or a shop's many others dilute it.
    """
    suspects = register.join(seeds, on=["card_kind", "card_id"], how="semi")
    theirs = register.filter(pl.col("card_kind") == "account").join(
        suspects.select("owner_id").unique(), on="owner_id", how="semi"
    )
    small = money.filter(pl.col("amount_fen") <= rules.card_price_fen)
    bad = seeds.filter(pl.col("card_kind") == "account")["card_id"].implode()
    kept = among(small, "payee_id", theirs["card_id"]).filter(~pl.col("payee_id").is_in(bad))
    payers = kept.select("payer_id").unique().collect()["payer_id"]
    rows = among(small, "payer_id", payers).filter(~pl.col("payee_id").is_in(bad))
    pairs = (
        rows.group_by("payer_id", "payee_id")
        .agg(
            pl.len().cast(pl.Int64).alias("count"),
            pl.col("at").min().alias("first_at"),
            pl.col("at").max().alias("last_at"),
        )
        .collect()
    )
    own = owner_of(
        pairs.with_columns(pl.lit("account").cast(KIND).alias("kind")),
        register,
        kind="kind",
        key="payer_id",
    ).rename({"owner": "payer_owner"})
    both = owner_of(own, register, kind="kind", key="payee_id")
    return shaped(
        both.filter(pl.col("owner") != pl.col("payer_owner")).select(
            pl.lit("account").alias("left_kind"),
            pl.col("payee_id").alias("left_id"),
            pl.lit("account").alias("right_kind"),
            pl.col("payer_id").alias("right_id"),
            pl.lit("paid_for").alias("relation"),
            pl.lit(1.0).alias("weight"),
            "count",
            "first_at",
            "last_at",
        )
    )
