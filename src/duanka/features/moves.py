"""Two-sided events as arrays: transfers, calls and messages, each with its own flags."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.features import flags as f
from duanka.features.cards import micros
from duanka.features.index import NONE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from duanka.features.cards import Cards
    from duanka.features.index import Index
    from duanka.features.room import Room

    Ints = NDArray[np.int64]

# Start values, unverified (domain.md 3.2): a test is at most 5 yuan, a large sum at least 5,000.
SMALL_FEN = 500
LARGE_FEN = 500_000
ROUND_FEN = 10_000
# an account is emptied by a transfer that leaves at most a fiftieth of its amount
LEFT_PARTS = 50
PROTECTED = ("salary", "pension", "social_insurance", "medical", "utility", "tax")
# Start values, unverified: an unanswered or 15-second call is short, three minutes are long.
SHORT_S = 15
LONG_S = 180


@dataclass(frozen=True)
class Moves:
    """Two-sided events (transfers, calls, messages) in order of time.

    Units: `at` UTC microseconds; `value` fen or seconds; `device`, `region` dense or -1.
    """

    at: Ints
    giver: Ints
    taker: Ints
    value: Ints
    flags: Ints
    device: Ints
    region: Ints
    row: Ints

    def part(self, rows: slice | Ints) -> Moves:
        """Some of them, in the order given."""
        return Moves(**{name: column[rows] for name, column in vars(self).items()})


def bits(frame: pl.DataFrame, pairs: Mapping[int, pl.Expr]) -> Ints:
    """Each row's flags: the bit wherever its condition is true (null is not)."""
    if frame.height == 0:
        return np.zeros(0, dtype=np.int64)
    total = pl.lit(0, dtype=pl.Int64)
    for bit, when in pairs.items():
        total = total + pl.when(when.fill_null(value=False)).then(bit).otherwise(0).cast(pl.Int64)
    return frame.select(total.alias("flags"))["flags"].to_numpy()


def night(column: str) -> pl.Expr:
    """True from 23:00 to 06:00 in Asia/Shanghai (UTC+8, no daylight saving since 1991)."""
    hour = (pl.col(column).dt.timestamp("us") // 3_600_000_000 + 8) % 24
    return (hour >= 23) | (hour < 6)


def transfers(t: pl.DataFrame, accounts: Cards, devices: Index, regions: Index) -> Moves:
    """Transfers between accounts, failed ones too."""
    giver, taker = accounts.index.find(t["payer_id"]), accounts.index.find(t["payee_id"])
    at = micros(t["at"])
    mine, theirs = (accounts.said(accounts.holder, card, at) for card in (giver, taker))
    own = np.where((mine == theirs) & (mine >= 0), f.OWN, 0)
    return Moves(
        at=at,
        giver=giver,
        taker=taker,
        value=t["amount_fen"].to_numpy(),
        flags=bits(t, _transfer_flags()) | own,
        device=devices.find(t["device_id"]),
        region=regions.find(t["region_code"]),
        row=np.arange(t.height),
    )


def long_transfers(
    t: pl.DataFrame, accounts: Cards, devices: Index, regions: Index, *, room: Room
) -> Moves:
    """The same, a few at once, in arrays that the room gives."""
    held = {field.name: room.array(t.height, np.int64) for field in fields(Moves)}
    for rows in room.slices(t.height):
        part = transfers(t[rows], accounts, devices, regions)
        for name, column in vars(part).items():
            held[name][rows] = column
        held["row"][rows] += rows.start
    return Moves(**held)


def _transfer_flags() -> Mapping[int, pl.Expr]:
    amount, other = pl.col("amount_fen"), pl.col("payee_id")
    channel = pl.col("channel").cast(pl.String)
    return {
        f.OK: (pl.col("outcome") != "failed") | pl.col("outcome").is_null(),
        f.NIGHT: night("at"),
        f.SMALL: amount <= SMALL_FEN,
        f.LARGE: amount >= LARGE_FEN,
        f.ROUND: amount % ROUND_FEN == 0,
        f.CASH: (other == "CASH") | (pl.col("payer_id") == "CASH"),
        f.MERCHANT: other.str.starts_with("MERCHANT:"),
        f.OVERSEAS: other.str.starts_with("OVERSEAS:"),
        f.CRYPTO: other.str.starts_with("CRYPTO:"),
        f.FROM_CRYPTO: pl.col("payer_id").str.starts_with("CRYPTO:"),
        f.PROTECTED: pl.col("memo_kind").cast(pl.String).is_in(PROTECTED),
        f.MACHINE: channel.is_in(["atm", "counter"]),
        f.SCANNED: channel.is_in(["qr", "pos"]),
        f.EMPTIED: pl.col("payer_balance_fen") * LEFT_PARTS <= amount,
    }


def calls(c: pl.DataFrame, sims: Cards, devices: Index, regions: Index) -> Moves:
    """Calls between phone cards, unanswered ones too."""
    length = pl.col("duration_s")
    answered = pl.col("answered").fill_null(length > 0)
    flags = {
        f.OK: answered,
        f.NIGHT: night("at"),
        f.SHORT: answered & (length < SHORT_S),
        f.LONG: answered & (length >= LONG_S),
        f.ROAMING: pl.col("roaming"),
    }
    return Moves(
        at=micros(c["at"]),
        giver=sims.index.find(c["caller_id"]),
        taker=sims.index.find(c["callee_id"]),
        value=c["duration_s"].to_numpy(),
        flags=bits(c, flags),
        device=devices.find(c["device_id"]),
        region=regions.find(c["region_code"]),
        row=np.arange(c.height),
    )


def messages(m: pl.DataFrame, sims: Cards, devices: Index) -> Moves:
    """Messages between phone cards, by kind."""
    kind = pl.col("message_kind").cast(pl.String)
    flags = {f.CODE: kind == "code", f.BULK: kind == "bulk", f.PERSONAL: kind == "personal"}
    return Moves(
        at=micros(m["at"]),
        giver=sims.index.find(m["sender_id"]),
        taker=sims.index.find(m["receiver_id"]),
        value=np.zeros(m.height, dtype=np.int64),
        flags=bits(m, flags) | f.OK,
        device=devices.find(m["device_id"]),
        region=np.full(m.height, NONE, dtype=np.int64),
        row=np.arange(m.height),
    )
