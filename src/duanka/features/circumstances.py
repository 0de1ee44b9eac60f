"""What a transfer comes with: the money behind it, a new device, a stranger's call just before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.features import flags as f
from duanka.features.carry import carry
from duanka.features.replay import Events
from duanka.features.spec import HOUR, SECOND

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.features.records import Moves, Records

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

# Start values, unverified: a stranger's call of a minute or more, and a payment within two hours.
CALL_S = 60
CALL_SPAN_S = 2 * 3600
NEW_FOR = 24 * HOUR


@dataclass(frozen=True)
class Circumstances:
    """What each transfer came with.

    Shapes: one entry a transfer. Units: `since_call_s` seconds since the last long call from a
    stranger to the payer's phones ended, -1 if none within two hours; `caller` dense sim or -1;
    `first` whether it is the first between the two.
    """

    bits: Ints
    since_call_s: Ints
    caller: Ints
    first: Bools


def circumstances(
    records: Records, uses: pl.DataFrame, calls: Events, call_bits: Ints
) -> Circumstances:
    """Each transfer's flags (payer's side), and the stranger's call before it.

    Columns: uses: card, device, at. `call_bits`: the flags of `calls` as they entered.
    """
    t = records.transfers
    gap_s, caller = _calls_before(records, calls, call_bits)
    first = first_between(t)
    bits = t.flags | _carried(records)
    bits = bits | np.where(_on_new_device(records, uses), f.NEW_DEVICE, 0)
    bits = bits | np.where((gap_s >= 0) & first, f.CALLED, 0)
    return Circumstances(bits, gap_s, caller, first)


def paid(records: Records, around: Circumstances) -> Events:
    """A caller's callee paid a stranger soon after: an event of the caller's card."""
    t = records.transfers
    wanted = f.CALLED | f.OK
    hit = np.flatnonzero(((around.bits & wanted) == wanted) & (around.caller >= 0))
    ones = np.full(hit.size, f.OUT | f.OK, dtype=np.int64)
    return Events(around.caller[hit], t.giver[hit], t.at[hit], t.value[hit], ones, t.at[hit])


def first_between(moves: Moves) -> Bools:
    """True for the first move between each ordered pair; those of one instant have not seen each other."""
    pair = pl.DataFrame({"giver": moves.giver, "taker": moves.taker, "at": moves.at})
    begun = pl.col("at").min().over("giver", "taker")
    return pair.select((pl.col("at") == begun).alias("first"))["first"].to_numpy()


def _carried(records: Records) -> Ints:
    t, cards = records.transfers, records.accounts
    size = cards.index.size
    # all reserved accounts are one that remembers nothing
    giver = np.where(cards.reserved[t.giver], size, t.giver) if size else t.giver
    taker = np.where(cards.reserved[t.taker], size, t.taker) if size else t.taker
    return carry(giver, taker, t.at, t.value, (t.flags & f.OK) != 0, size)  # type: ignore[no-any-return]


def _on_new_device(records: Records, uses: pl.DataFrame) -> Bools:
    """True where the payer's device is new to the card, and is not the first it was ever seen on."""
    t = records.transfers
    first = uses.group_by("card", "device").agg(pl.col("at").min().alias("since"))
    owned = uses.group_by("card").agg(pl.col("at").min().alias("owned"))
    asked = pl.DataFrame({"card": t.giver, "device": t.device, "at": t.at})
    joined = asked.join(first, on=["card", "device"], how="left", maintain_order="left")
    joined = joined.join(owned, on="card", how="left", maintain_order="left")
    fresh = (pl.col("at") - pl.col("since") < NEW_FOR) & (pl.col("since") > pl.col("owned"))
    return joined.select(fresh.fill_null(value=False).alias("new"))["new"].to_numpy()


def _calls_before(records: Records, calls: Events, call_bits: Ints) -> tuple[Ints, Ints]:
    """For each transfer: seconds since a stranger's long call to its payer's holder ended, and the caller."""
    t = records.transfers
    gap = np.full(t.at.size, -1, dtype=np.int64)
    caller = np.full(t.at.size, -1, dtype=np.int64)
    key, who = _heard(records, calls, call_bits)
    if key.size == 0 or t.at.size == 0:
        return gap, caller
    payer = records.accounts.said(records.accounts.holder, t.giver, t.at)
    asked = (payer << 32) | (t.at // SECOND)
    spot = np.searchsorted(key, asked, side="left") - 1
    near = key[np.maximum(spot, 0)]
    since = (asked & 0xFFFFFFFF) - (near & 0xFFFFFFFF)
    ok = (spot >= 0) & (payer >= 0) & ((near >> 32) == payer) & (since <= CALL_SPAN_S)
    return np.where(ok, since, gap), np.where(ok, who[np.maximum(spot, 0)], caller)


def _heard(records: Records, calls: Events, call_bits: Ints) -> tuple[Ints, Ints]:
    """Long calls from strangers: holder called and second the call ended, in one sorted number; the caller."""
    wanted = f.IN | f.FIRST | f.OK
    heard = ((call_bits & wanted) == wanted) & (calls.value >= CALL_S)
    # a call is over when it counts, and so is the instant at which its phone card was registered
    holder = records.sims.said(records.sims.holder, calls.key[heard], calls.at[heard] + 1)
    known = holder >= 0
    end_s = calls.at[heard] // SECOND + calls.value[heard]
    key = (holder[known] << 32) | end_s[known]
    order = np.argsort(key, kind="stable")
    return key[order], calls.other[heard][known][order]
