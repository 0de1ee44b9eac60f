"""What a transfer comes with: the money behind it, a new device, a stranger's call just before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

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


class Heard(NamedTuple):
    """Long calls from strangers: holder called and second the call ended, in one sorted number; the caller."""

    key: Ints
    caller: Ints


class Since(NamedTuple):
    """When each card was first seen on each device (card, device, since), and on any (card, owned)."""

    device: pl.DataFrame
    any: pl.DataFrame


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
    first = first_between(t)
    size, giver, taker, moved = to_carry(records, t)
    carried = carry(giver, taker, t.at, t.value, moved, size)
    heard = heard_of(records, calls, call_bits)
    return told(records, t, first, carried, since=devices_since(uses), heard=heard)


def told(
    records: Records, t: Moves, first: Bools, carried: Ints, *, since: Since, heard: Heard
) -> Circumstances:
    """The same of these transfers, of which is known which are first ones and what they carry."""
    gap_s, caller = _calls_before(records, t, heard)
    bits = t.flags | carried
    bits = bits | np.where(_on_new_device(t, since), f.NEW_DEVICE, 0)
    bits = bits | np.where((gap_s >= 0) & first, f.CALLED, 0)
    return Circumstances(bits, gap_s, caller, first)


def paid(t: Moves, around: Circumstances) -> Events:
    """A caller's callee paid a stranger soon after: an event of the caller's card."""
    wanted = f.CALLED | f.OK
    hit = np.flatnonzero(((around.bits & wanted) == wanted) & (around.caller >= 0))
    ones = np.full(hit.size, f.OUT | f.OK, dtype=np.int64)
    return Events(around.caller[hit], t.giver[hit], t.at[hit], t.value[hit], ones, t.at[hit])


def first_between(moves: Moves) -> Bools:
    """True for the first move between each ordered pair; those of one instant have not seen each other."""
    # both sides in one number: grouped in half the time that two columns take
    both = (moves.giver + 1) << 32 | (moves.taker + 1)
    pair = pl.DataFrame({"pair": both, "at": moves.at})
    begun = pl.col("at").min().over("pair")
    return pair.select((pl.col("at") == begun).alias("first"))["first"].to_numpy()


def to_carry(records: Records, t: Moves) -> tuple[int, Ints, Ints, Bools]:
    """How many accounts remember, and payer, payee and whether it moved money, of these transfers.

    All reserved accounts are one that remembers nothing.
    """
    cards = records.accounts
    size = cards.index.size
    giver = np.where(cards.reserved[t.giver], size, t.giver) if size else t.giver
    taker = np.where(cards.reserved[t.taker], size, t.taker) if size else t.taker
    return size, giver, taker, (t.flags & f.OK) != 0


def devices_since(uses: pl.DataFrame) -> Since:
    """When each card was first seen on each device, and on any.

    Columns: uses: card, device, at.
    """
    first = uses.group_by("card", "device").agg(pl.col("at").min().alias("since"))
    return Since(first, uses.group_by("card").agg(pl.col("at").min().alias("owned")))


def _on_new_device(t: Moves, since: Since) -> Bools:
    """True where the payer's device is new to the card, and is not the first it was ever seen on."""
    asked = pl.DataFrame({"card": t.giver, "device": t.device, "at": t.at})
    joined = asked.join(since.device, on=["card", "device"], how="left", maintain_order="left")
    joined = joined.join(since.any, on="card", how="left", maintain_order="left")
    fresh = (pl.col("at") - pl.col("since") < NEW_FOR) & (pl.col("since") > pl.col("owned"))
    return joined.select(fresh.fill_null(value=False).alias("new"))["new"].to_numpy()


def _calls_before(records: Records, t: Moves, heard: Heard) -> tuple[Ints, Ints]:
    """For each transfer: seconds since a stranger's long call to its payer's holder ended, and the caller."""
    gap = np.full(t.at.size, -1, dtype=np.int64)
    caller = np.full(t.at.size, -1, dtype=np.int64)
    key, who = heard
    if key.size == 0 or t.at.size == 0:
        return gap, caller
    payer = records.accounts.said(records.accounts.holder, t.giver, t.at)
    asked = (payer << 32) | (t.at // SECOND)
    spot = np.searchsorted(key, asked, side="left") - 1
    near = key[np.maximum(spot, 0)]
    since = (asked & 0xFFFFFFFF) - (near & 0xFFFFFFFF)
    ok = (spot >= 0) & (payer >= 0) & ((near >> 32) == payer) & (since <= CALL_SPAN_S)
    return np.where(ok, since, gap), np.where(ok, who[np.maximum(spot, 0)], caller)


def heard_of(records: Records, calls: Events, call_bits: Ints) -> Heard:
    """Long calls from strangers: holder called and second the call ended, in one sorted number; the caller."""
    wanted = f.IN | f.FIRST | f.OK
    heard = ((call_bits & wanted) == wanted) & (calls.value >= CALL_S)
    # a call is over when it counts, and so is the instant at which its phone card was registered
    holder = records.sims.said(records.sims.holder, calls.key[heard], calls.at[heard] + 1)
    known = holder >= 0
    end_s = calls.at[heard] // SECOND + calls.value[heard]
    key = (holder[known] << 32) | end_s[known]
    order = np.argsort(key, kind="stable")
    return Heard(key[order], calls.other[heard][known][order])
