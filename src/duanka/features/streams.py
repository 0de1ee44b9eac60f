"""The records as streams of events for the kernel, each with its flags; built once, asked many times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.features import calls, devices, openings, replay, taint, transfers
from duanka.features import flags as f
from duanka.features.carry import carry
from duanka.features.replay import Events
from duanka.features.spec import HOUR, SECOND

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.features.records import Records

    Ints = NDArray[np.int64]

# Start values, unverified: a stranger's call of a minute or more, and a payment within two hours.
CALL_S = 60
CALL_SPAN_S = 2 * 3600


@dataclass(frozen=True)
class Streams:
    """Events by whom they are asked of. `card` is dense over both kinds, accounts first.

    Shapes: `event_bits` one entry a transfer (flags of its payer's side), `call_bits` one a call.
    """

    transfers: Events
    calls: Events
    messages: Events
    uses: Events
    places: Events
    paid: Events
    notices: Events
    applicants: Events
    companions: Events
    terminals: Events
    staff: Events
    holder_notices: Events
    outlet_notices: Events
    staff_notices: Events
    event_bits: Ints
    call_bits: Ints
    last_call_s: Ints
    """Seconds since the last long call from a stranger to the payer's phones, -1 if none in two hours."""
    latest: pl.DataFrame
    """Uses in time order: card, device, at."""


def build(records: Records) -> Streams:
    """Every stream of these records."""
    uses, table = _uses(records)
    call_events = _calls(records)
    call_bits = replay.entry_flags(call_events, calls.CALL_LAYOUT)
    event_bits, last_call_s, caller = _transfer_bits(records, table, call_events, call_bits)
    t = records.transfers
    own = ~records.accounts.reserved
    return Streams(
        transfers=transfers.two_sided(
            t, event_bits, event_bits & ~f.NEW_DEVICE, (_kept(own, t.giver), _kept(own, t.taker))
        ),
        calls=call_events,
        messages=transfers.two_sided(
            records.messages,
            records.messages.flags,
            records.messages.flags,
            (records.messages.giver >= 0, records.messages.taker >= 0),
        ),
        uses=uses,
        places=_places(records),
        paid=_paid(records, event_bits, caller),
        notices=taint.events(records, table),
        **_opening_streams(records),
        event_bits=event_bits,
        call_bits=_giver_bits(call_events, call_bits, records),
        last_call_s=last_call_s,
        latest=table,
    )


def _giver_bits(events: Events, entered: Ints, records: Records) -> Ints:
    """A call's flags as it entered its caller's row; the call's own where the caller has none."""
    out = records.calls.flags.copy()
    out[records.calls.giver >= 0] = entered[(events.flags & f.OUT) != 0]
    return out


def _kept(own: NDArray[np.bool_], card: Ints) -> NDArray[np.bool_]:
    return np.where(card >= 0, own[card] if own.size else False, False)


def _calls(records: Records) -> Events:
    c = records.calls
    return transfers.two_sided(c, c.flags, c.flags, (c.giver >= 0, c.taker >= 0))


def _uses(records: Records) -> tuple[Events, pl.DataFrame]:
    """Uses of devices by cards, one an hour, told with who else is on the device and the network."""
    u, t, c, m = records.uses, records.transfers, records.calls, records.messages
    empty = np.full
    parts = [
        (u["at"], u["card"], u["device"], u["network"], u["flags"]),
        (t.at, t.giver, t.device, empty(t.at.size, -1), t.flags & f.NIGHT),
    ]
    for moves in (c, m):
        card = records.card("sim", moves.giver)
        parts.append(
            (
                moves.at,
                card,
                moves.device,
                empty(moves.at.size, -1),
                np.zeros(moves.at.size, dtype=np.int64),
            )
        )
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    table = (
        pl.DataFrame(dict(zip(("at", "card", "device", "network", "flags"), columns, strict=True)))
        .filter(pl.col("card") >= 0, (pl.col("device") >= 0) | (pl.col("network") >= 0))
        .with_columns(hour=pl.col("at") // HOUR)
        .unique(["card", "device", "network", "hour", "flags"], keep="first", maintain_order=True)
        .sort("at", "card", "device", "network", "flags")
    )
    holder = taint.holders_of_cards(records)
    card = table["card"].to_numpy()
    # a holder unknown counts as one of its own
    guest = np.where(holder[card] >= 0, holder[card], holder.size + card) if card.size else card
    at, flags = table["at"].to_numpy(), table["flags"].to_numpy()
    device, network = table["device"].to_numpy(), table["network"].to_numpy()
    crowd = _others(device, guest, at, devices.HOST_LAYOUT, devices.HOST_NAMES)
    noise = _others(network, card, at, devices.NETWORK_LAYOUT, devices.NETWORK_NAMES)
    flags = flags | (crowd << f.CROWD_SHIFT) | (noise << f.GATHER_SHIFT)
    flags = flags | np.where(crowd >= 2, f.SHARED, 0) | f.IN | f.OK
    other = np.where(device >= 0, device, records.devices.size + network)
    return Events(card, other, at, np.ones(at.size, dtype=np.int64), flags, at), table.select(
        "card", "device", "at"
    ).filter(pl.col("device") >= 0)


def _others(host: Ints, guest: Ints, at: Ints, layout: object, names: tuple[str, ...]) -> Ints:
    """How many other guests the host had lately when each use happened, at most 15; 0 for no host."""
    out = np.zeros(at.size, dtype=np.int64)
    have = np.flatnonzero(host >= 0)
    if have.size == 0:
        return out
    ones = np.ones(have.size, dtype=np.int64)
    events = Events(host[have], guest[have], at[have], ones, ones * (f.IN | f.OK), at[have])
    answers = replay.answer(events, replay.ask(host[have], at[have], events), layout, names=names)  # type: ignore[arg-type]
    met = (replay.entry_flags(events, layout) & f.FIRST) == 0  # type: ignore[arg-type]
    # the guest itself counts once it has been there before
    out[have] = np.clip(answers[:, 0] - met, 0, f.FIELD)
    return out


def _transfer_bits(
    records: Records, uses: pl.DataFrame, call_events: Events, call_bits: Ints
) -> tuple[Ints, Ints, Ints]:
    """Each transfer's flags (payer's side), seconds since a stranger's call, and that caller."""
    t = records.transfers
    size = records.accounts.index.size
    moves = (t.flags & f.OK) != 0
    reserved = records.accounts.reserved
    to = np.where(_kept(reserved, t.taker), size, t.taker)
    giver = np.where(_kept(reserved, t.giver) | (t.giver < 0), size, t.giver)
    carried = carry(giver, np.where(to < 0, size, to), t.at, t.value, moves, size)
    bits = t.flags | carried
    first = uses.group_by("card", "device").agg(pl.col("at").min().alias("since"))
    asked = pl.DataFrame({"card": t.giver, "device": t.device, "at": t.at})
    joined = asked.join(first, on=["card", "device"], how="left", maintain_order="left")
    owned = uses.group_by("card").agg(pl.col("at").min().alias("owned"))
    joined = joined.join(owned, on="card", how="left", maintain_order="left")
    fresh = (pl.col("at") - pl.col("since") < 24 * HOUR) & (pl.col("since") > pl.col("owned"))
    new_device = joined.select(fresh.fill_null(value=False).alias("new"))["new"].to_numpy()
    bits = bits | np.where(new_device, f.NEW_DEVICE, 0)
    gap_s, caller = _calls_before(records, call_events, call_bits)
    pair_first = _first_between(t.giver, t.taker)
    bits = bits | np.where((gap_s >= 0) & pair_first, f.CALLED, 0)
    return bits, gap_s, caller


def _first_between(giver: Ints, taker: Ints) -> NDArray[np.bool_]:
    """True for the first move between each ordered pair, in time order."""
    frame = pl.DataFrame({"a": giver, "b": taker})
    return frame.select(pl.struct("a", "b").is_first_distinct().alias("first"))["first"].to_numpy()


def _calls_before(records: Records, call_events: Events, call_bits: Ints) -> tuple[Ints, Ints]:
    """For each transfer: seconds since a stranger's long call to its payer's holder ended, and the caller."""
    t = records.transfers
    gap = np.full(t.at.size, -1, dtype=np.int64)
    caller = np.full(t.at.size, -1, dtype=np.int64)
    heard = (call_bits & (f.IN | f.FIRST | f.OK)) == (f.IN | f.FIRST | f.OK)
    heard &= call_events.value >= CALL_S
    holder = records.sims.holder[call_events.key[heard]]
    end_s = call_events.at[heard] // SECOND + call_events.value[heard]
    known = holder >= 0
    key = (holder[known] << 32) | end_s[known]
    order = np.argsort(key, kind="stable")
    key, who = key[order], call_events.other[heard][known][order]
    payer = (
        np.where(t.giver >= 0, records.accounts.holder[t.giver], -1) if t.giver.size else t.giver
    )
    asked = (payer << 32) | (t.at // SECOND)
    spot = np.searchsorted(key, asked, side="left") - 1
    ok = (spot >= 0) & (payer >= 0)
    if key.size:
        near = key[np.maximum(spot, 0)]
        ok &= (near >> 32) == payer
        since = (asked & 0xFFFFFFFF) - (near & 0xFFFFFFFF)
        ok &= since <= CALL_SPAN_S
        gap = np.where(ok, since, gap)
        caller = np.where(ok, who[np.maximum(spot, 0)], caller)
    return gap, caller


def _paid(records: Records, bits: Ints, caller: Ints) -> Events:
    """A caller's callee paid a stranger soon after: an event of the caller's card."""
    t = records.transfers
    hit = np.flatnonzero(((bits & f.CALLED) != 0) & (caller >= 0) & ((bits & f.OK) != 0))
    ones = np.full(hit.size, f.OUT | f.OK, dtype=np.int64)
    return Events(caller[hit], t.giver[hit], t.at[hit], t.value[hit], ones, t.at[hit])


def _places(records: Records) -> Events:
    u, t, c = records.uses, records.transfers, records.calls
    parts = (
        (u["at"], u["card"], u["region"]),
        (t.at, t.giver, t.region),
        (c.at, records.card("sim", c.giver), c.region),
    )
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    table = (
        pl.DataFrame(dict(zip(("at", "card", "region"), columns, strict=True)))
        .filter(pl.col("card") >= 0, pl.col("region") >= 0)
        .with_columns(hour=pl.col("at") // HOUR)
        .sort("at", "card", "region")
        .unique(["card", "region", "hour"], keep="first", maintain_order=True)
    )
    at = table["at"].to_numpy()
    ones = np.ones(at.size, dtype=np.int64)
    return Events(
        table["card"].to_numpy(), table["region"].to_numpy(), at, ones, ones * (f.IN | f.OK), at
    )


def _opening_streams(records: Records) -> dict[str, Events]:
    o = records.openings

    def by(host: str, guest: str) -> Events:
        have = np.flatnonzero(o[host] >= 0)
        ones = np.ones(have.size, dtype=np.int64)
        at = o["at"][have]
        return Events(o[host][have], o[guest][have], at, ones, o["flags"][have] | f.IN, at)

    notices = records.notices
    card = notices["card"]
    holder = taint.holders_of_cards(records)
    outlet = np.concatenate([records.accounts.outlet, records.sims.outlet])
    staff = np.concatenate([records.accounts.staff, records.sims.staff])

    def flagged(of: Ints) -> Events:
        host = np.where(card >= 0, of[card], -1) if of.size else card
        have = np.flatnonzero(host >= 0)
        at = notices["at"][have]
        ones = np.ones(have.size, dtype=np.int64)
        return Events(host[have], card[have], at, ones, notices["flags"][have] | f.IN, at)

    return {
        "applicants": by("applicant", "outlet"),
        "companions": by("companion", "applicant"),
        "terminals": by("terminal", "applicant"),
        "staff": by("staff", "applicant"),
        "holder_notices": flagged(holder),
        "outlet_notices": flagged(outlet),
        "staff_notices": flagged(staff),
    }
