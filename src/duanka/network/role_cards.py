"""Whose each card is, how suspected it is and since when: what every role is asked about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from duanka.network.book import is_exit
from duanka.tables.transfer import PROTECTED_MEMOS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duanka.policy.dated import Regime

    Frames = Mapping[str, pl.DataFrame]

INSTANT = pl.Datetime("us", "UTC")
_HELD = {"card_kind": pl.String, "card_id": pl.String, "holder_id": pl.String}
PASSES = 2
"""Who pays or is called so often at most is a passer-by."""
_USES = (
    ("transfer", "account", "payee_id", "payer_id", pl.col("amount_fen").cast(pl.Float64)),
    ("call", "sim", "caller_id", "callee_id", pl.lit(1.0)),
    ("message", "sim", "receiver_id", "sender_id", pl.lit(1.0)),
    ("message", "sim", "sender_id", "receiver_id", pl.lit(1.0)),
)


@dataclass(frozen=True)
class Known:
    """What was known before an instant, seen from the cards that are suspected.

    Columns:
        cards: card_kind, card_id, holder_id, holder_kind, p (how suspected, 0 to 1).
        suspects: the suspected among them, with since (first instant of the use that made them so).
        holders: holder_id, holder_kind, p (of the most suspected card), since (the earliest).
        moves: the transfers that moved money, without what everybody is owed.
    """

    frames: Frames
    as_of: datetime
    rules: Regime
    cards: pl.DataFrame
    suspects: pl.DataFrame
    holders: pl.DataFrame
    moves: pl.DataFrame

    def has(self, *names: str) -> bool:
        """Whether all these tables are held; one that is not held says nothing of anybody."""
        return all(name in self.frames and self.frames[name].height > 0 for name in names)

    def of_kind(self, kind: str, frame: pl.DataFrame | None = None) -> pl.DataFrame:
        """The cards of a kind, from all or from this frame."""
        return (self.cards if frame is None else frame).filter(pl.col("card_kind") == kind)

    def number(self, name: str) -> float:
        """A dated number of `policy/cn/roles.yaml`."""
        return self.rules.number(f"roles.{name}")


def know(frames: Frames, scores: pl.DataFrame, *, as_of: datetime, rules: Regime) -> Known:
    """The tables seen from their suspected cards.

    Columns: `scores` card_kind, card_id, score, and where they are there tier and reasons, as in the
        table `score`; a card cleared by review or appeal is not suspected.
    """
    cards = _cards(frames, scores)
    known = Known(frames, as_of, rules, cards, cards, cards, _moved(frames))
    bad = cards.filter(pl.col("p") >= known.number("suspected_score"))
    bad = bad.join(_since(known, bad), on=["card_kind", "card_id"], how="left")
    holders = (
        bad.filter(pl.col("holder_id").is_not_null())
        .group_by("holder_id", "holder_kind")
        .agg(pl.col("p").max(), pl.col("since").min())
        .sort("holder_id")
    )
    return replace(known, suspects=bad, holders=holders)


def _cards(frames: Frames, scores: pl.DataFrame) -> pl.DataFrame:
    """Every card that is held or judged, its holder and how suspected it is."""
    parts = [
        frames[name].select(
            pl.lit(name).alias("card_kind"), pl.col(f"{name}_id").alias("card_id"), "holder_id"
        )
        for name in ("account", "sim")
        if name in frames
    ]
    held = pl.concat([pl.DataFrame(schema=_HELD), *parts])
    firms = frames["organisation"]["organisation_id"] if "organisation" in frames else None
    firm = pl.lit(value=False) if firms is None else pl.col("holder_id").is_in(firms.implode())
    judged = scores.select(
        pl.col("card_kind").cast(pl.String), "card_id", _suspected(scores).alias("p")
    ).unique(["card_kind", "card_id"], keep="first", maintain_order=True)
    kind = pl.when(firm).then(pl.lit("organisation")).otherwise(pl.lit("person"))
    return (
        held.unique(["card_kind", "card_id"], keep="first", maintain_order=True)
        .join(judged, on=["card_kind", "card_id"], how="full", coalesce=True)
        .with_columns(
            pl.col("p").fill_null(0.0),
            pl.when(pl.col("holder_id").is_not_null()).then(kind).alias("holder_kind"),
        )
        .sort("card_kind", "card_id")
    )


def _suspected(scores: pl.DataFrame) -> pl.Expr:
    if "reasons" not in scores.columns:
        return pl.col("score")
    cleared = pl.col("reasons").list.contains("cleared").fill_null(value=False)
    return pl.when(cleared).then(0.0).otherwise("score")


def _since(known: Known, bad: pl.DataFrame) -> pl.DataFrame:
    """When the busiest use by passers-by began, a suspected card a row.

    A passer-by is met once or twice in all; counted is what they pay, or how often they are called.
    """
    key = ["card_kind", "card_id"]
    parts = [
        known.frames[name]
        .select(
            pl.col(other).alias("other"), pl.col(mine).alias("card_id"), "at", weight.alias("w")
        )
        .join(known.of_kind(kind, bad).select(key), on="card_id")
        for name, kind, mine, other, weight in _USES
        if known.has(name)
    ]
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "card_kind": pl.String, "card_id": pl.String, "since": INSTANT,
    }  # fmt: skip
    if not parts:
        return pl.DataFrame(schema=schema)
    uses = pl.concat(parts).filter(pl.len().over(*key, "other") <= PASSES)
    days = uses.group_by(*key, pl.col("at").dt.truncate("1d").alias("day")).agg(
        pl.col("w").sum(), pl.col("at").min()
    )
    busy = pl.col("w") * 2 >= pl.col("w").max().over(key)
    return days.filter(busy).group_by(key).agg(pl.col("at").min().alias("since"))


def _moved(frames: Frames) -> pl.DataFrame:
    """Transfers that moved money between two accounts, without what everybody is owed.

    Wages, pensions and the other protected payments, and refunds, are no part of any trade.
    """
    if "transfer" not in frames or frames["transfer"].is_empty():
        return _NO_MOVES
    dull = [*PROTECTED_MEMOS, "refund"]
    # lazily, so that columns nobody asks for are never copied
    return frames["transfer"].lazy().filter(
        pl.col("outcome").cast(pl.String).ne_missing("failed"),
        pl.col("payer_id") != pl.col("payee_id"),
        ~pl.col("memo_kind").cast(pl.String).is_in(dull).fill_null(value=False),
    ).select("transfer_id", "at", "payer_id", "payee_id", "amount_fen", "channel", "device_id").collect()  # fmt: skip


def with_holders(known: Known, moves: pl.DataFrame) -> pl.DataFrame:
    """The moves with payer and payee as holders (null outside), how suspected each account is, and exits."""
    mine = known.of_kind("account").select("card_id", "holder_id", "p")
    for side in ("payer", "payee"):
        named = mine.rename({"card_id": f"{side}_id", "holder_id": side, "p": f"{side}_p"})
        moves = moves.join(named, on=f"{side}_id", how="left")
    return moves.with_columns(
        pl.col("payer_p", "payee_p").fill_null(0.0), is_exit(pl.col("payee_id")).alias("exit")
    )


_NO_MOVES = pl.DataFrame(
    schema={
        "transfer_id": pl.String,
        "at": INSTANT,
        "payer_id": pl.String,
        "payee_id": pl.String,
        "amount_fen": pl.Int64,
        "channel": pl.String,
        "device_id": pl.String,
    }
)
