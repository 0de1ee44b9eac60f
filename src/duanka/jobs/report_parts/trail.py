"""Where the money of each reported loss went, as far as the records follow it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from duanka.jobs.report_parts import show
from duanka.jobs.report_parts.words import Both

_EXITS = {
    "VICTIM": Both("已退回被害人", "back with the victim"),
    "CASH": Both("取现", "taken as cash"),
    "MERCHANT": Both("商户消费", "spent at merchants"),
    "OVERSEAS": Both("流向境外", "sent abroad"),
    "CRYPTO": Both("虚拟货币", "turned into crypto"),
}


class Rest(NamedTuple):
    """A place where traced money still lies, by what the records show."""

    shown_id: str
    amount: Both


class Left(NamedTuple):
    """A way by which traced money left the accounts."""

    way: Both
    amount: Both


@dataclass(frozen=True)
class Trail:
    """One lead: how far its money was followed, where it left, and where it still lies."""

    shown_id: str
    first_row: int
    hops: int
    transfers: int
    first_at: str
    last_at: str
    followed: Both
    still: Both
    still_count: int
    rests: tuple[Rest, ...]
    left: tuple[Left, ...]


def trails(flow: pl.DataFrame, *, most: int) -> list[Trail]:
    """The leads with most money followed, each with where it lies and how it left.

    What lies at an account is what came in of the loss less what went on from there. An account of
    another institution may have moved it on unseen.

    Columns:
        flow: the `flow` table in its written order.
    """
    if flow.is_empty():
        return []
    numbered = flow.with_row_index("row", offset=1)
    leads = (
        numbered.group_by("lead_id")
        .agg(
            pl.col("row").min(),
            pl.col("hop").max(),
            pl.col("transfer_id").n_unique(),
            pl.col("at").min().alias("first_at"),
            pl.col("at").max().alias("last_at"),
            pl.col("tainted_fen").filter(pl.col("hop") == 1).sum().alias("followed"),
        )
        .sort("followed", "row", descending=[True, False])
        .head(most)
    )
    return [_trail(flow, lead) for lead in leads.iter_rows(named=True)]


def _trail(flow: pl.DataFrame, lead: dict[str, object]) -> Trail:
    lies = _lies(flow.filter(pl.col("lead_id") == lead["lead_id"]))
    inside = lies.filter(pl.col("exit").is_null())
    left = lies.filter(pl.col("exit").is_not_null()).group_by("exit").agg(pl.col("fen").sum())
    return Trail(
        shown_id=show.mask(str(lead["lead_id"])),
        first_row=int(str(lead["row"])),
        hops=int(str(lead["hop"])),
        transfers=int(str(lead["transfer_id"])),
        first_at=show.instant(lead["first_at"]),  # type: ignore[arg-type]
        last_at=show.instant(lead["last_at"]),  # type: ignore[arg-type]
        followed=show.yuan(int(str(lead["followed"]))),
        still=show.yuan(int(inside["fen"].sum())),
        still_count=inside.height,
        rests=tuple(
            Rest(show.mask(card), show.yuan(fen))
            for card, fen in inside.select("card_id", "fen").head(3).iter_rows()
        ),
        left=tuple(Left(_EXITS[way], show.yuan(fen)) for way, fen in left.sort("exit").iter_rows()),
    )


def _lies(one: pl.DataFrame) -> pl.DataFrame:
    """What of the loss came to rest at each place, the most first, and the way out it is."""
    victims = one.filter(pl.col("hop") == 1)["payer_id"].unique().to_list()
    came = one.select(pl.col("payee_id").alias("card_id"), pl.col("tainted_fen").alias("fen"))
    went = one.filter(pl.col("hop") > 1).select(
        pl.col("payer_id").alias("card_id"), -pl.col("tainted_fen").alias("fen")
    )
    return (
        pl.concat([came, went])
        .group_by("card_id")
        .agg(pl.col("fen").sum())
        .filter(pl.col("fen") > 0)
        .with_columns(
            pl.when(pl.col("card_id").is_in(victims))
            .then(pl.lit("VICTIM"))
            .otherwise(pl.col("card_id").str.extract(r"^(CASH$|MERCHANT:|OVERSEAS:|CRYPTO:)"))
            .str.strip_chars_end(":")
            .alias("exit")
        )
        .sort("fen", "card_id", descending=[True, False])
    )
