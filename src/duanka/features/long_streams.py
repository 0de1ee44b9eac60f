"""The streams of more transfers than are held at once: the same values, worked out a part at a time.

What all transfers have to do with one another is light and goes through them in order of time: the money
that they carry, which is the first of a pair, who else is on a device. What belongs to one account or
card is kept by ranges of accounts and cards.
"""

# ruff: noqa: ANN001, ANN202 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numba as nb
import numpy as np
import polars as pl

from duanka.features import calls, carry, circumstances, devices, replay, sightings, streams, taint
from duanka.features.applications import applications
from duanka.features.room import stretches
from duanka.features.shards import Filling, by_range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from duanka.features.circumstances import Circumstances
    from duanka.features.moves import Moves
    from duanka.features.records import Records
    from duanka.features.replay import Events
    from duanka.features.room import Room
    from duanka.features.shards import Shards

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

SEEN_ON = ("at", "card", "flags", "device", "network")


@dataclass(frozen=True)
class _Seen:
    """Cards on devices and networks, once a stretch, in order of time; `latest` only where the device changes."""

    columns: tuple[Ints, ...]
    latest: pl.DataFrame


def build(records: Records, room: Room) -> streams.Streams:
    """Every stream of these records."""
    seen = _seen(records, room)
    call_events = streams.both_sides(records.calls)
    call_bits = replay.entry_flags(call_events, calls.MEETING_LAYOUT)
    around, paid = _around(records, seen.latest, (call_events, call_bits), room)
    return streams.Streams(
        transfers=_transfers(records, around.bits, room),
        calls=call_events,
        messages=streams.both_sides(records.messages),
        uses=_uses(records, seen, room),
        places=_places(records, room),
        paid=paid,
        notices=taint.events(_near_notices(records, room), seen.latest),
        applications=applications(records),
        event_bits=around.bits,
        last_call_s=around.since_call_s,
        first_transfers=around.first,
        first_calls=circumstances.first_between(records.calls),
        latest=seen.latest,
    )


def _windows(records: Records, room: Room) -> Iterator[Records]:
    """The records of one whole stretch of time after the other; the first and the last are open."""
    t = records.transfers
    bounds = stretches(t.at, sightings.STRETCH, room)
    low, high = -(1 << 62), 1 << 62
    for number, (since, until) in enumerate(bounds):
        begin = low if number == 0 else since
        end = high if number == len(bounds) - 1 else until
        moves = {
            name: moves.part(_between(moves.at, begin, end))
            for name in ("transfers", "calls", "messages")
            if (moves := getattr(records, name)) is not None
        }
        u = _between(records.uses["at"], begin, end)
        yield replace(records, **moves, uses={n: c[u] for n, c in records.uses.items()})


def _between(at: Ints, begin: int, end: int) -> slice:
    return slice(int(np.searchsorted(at, begin)), int(np.searchsorted(at, end)))


def _most_sightings(records: Records) -> Ints:
    """At most how often each card is seen on a device or network."""
    size = records.accounts.index.size + records.sims.index.size
    t = records.transfers
    count = np.bincount(t.giver, minlength=size)
    u = records.uses["card"]
    count += np.bincount(u[u >= 0], minlength=size)
    for moves in (records.calls, records.messages):
        card = records.card("sim", moves.giver)
        count += np.bincount(card[card >= 0], minlength=size)
    return count


def _seen(records: Records, room: Room) -> _Seen:
    size = records.transfers.at.size + records.uses["at"].size
    size += records.calls.at.size + records.messages.at.size
    held = tuple(room.array(size, np.int64) for _ in SEEN_ON)
    cards = records.accounts.index.size + records.sims.index.size
    on = np.full(cards, -1, dtype=np.int64)
    filled, latest = 0, []
    for window in _windows(records, room):
        table = sightings.seen(window)
        for column, name in zip(held, SEEN_ON, strict=True):
            column[filled : filled + table.height] = table[name].to_numpy()
        filled += table.height
        used = sightings.on_devices(table)
        latest.append(used.filter(pl.Series(_moved_on(used["card"].to_numpy(), used["device"].to_numpy(), on))))  # fmt: skip
    return _Seen(tuple(column[:filled] for column in held), pl.concat(latest))


@nb.njit(cache=True, nogil=True)
def _moved_on(card, device, on):  # type: ignore[no-untyped-def]
    """Whether the card was last seen on another device; `on` tells where each was, and learns."""
    out = np.zeros(card.size, dtype=np.bool_)
    for i in range(card.size):
        out[i] = on[card[i]] != device[i]
        on[card[i]] = device[i]
    return out


def _around(
    records: Records, latest: pl.DataFrame, talk: tuple[Events, Ints], room: Room
) -> tuple[Circumstances, Events]:
    """What each transfer came with, and the payments after calls."""
    t = records.transfers
    since, heard = circumstances.devices_since(latest), circumstances.heard_of(records, *talk)
    first, bits, gap = _first(t, room), room.array(t.at.size, np.int64), room.array(t.at.size, np.int64)  # fmt: skip
    rows = carry.lots(records.accounts.index.size)
    paid: list[Events] = []
    for part in _whole_instants(t.at, room):
        moves = t.part(part)
        carried = np.zeros(moves.at.size, dtype=np.int64)
        _, giver, taker, moved = circumstances.to_carry(records, moves)
        carry.carry_on(rows, giver, taker, moves.at, moves.value, moved, carried)
        found = circumstances.told(records, moves, first[part], carried, since=since, heard=heard)
        bits[part], gap[part] = found.bits, found.since_call_s
        paid.append(circumstances.paid(moves, found))
    whole = type(paid[0])(*(np.concatenate(column) for column in zip(*paid, strict=True)))
    nobody = np.zeros(0, dtype=np.int64)
    return circumstances.Circumstances(bits, gap, nobody, first), whole


def _whole_instants(at: Ints, room: Room) -> list[slice]:
    """Slices that fit at once and end between instants."""
    edges = stretches(at, 1, room)
    return [_between(at, begin, end) for begin, end in edges]


def _first(t: Moves, room: Room) -> Bools:
    """True for the first transfer between each ordered pair, by ranges of payers."""
    out = room.array(t.at.size, np.bool_)
    for which in by_range(t.giver, room, int(t.giver.max(initial=-1)) + 1):
        out[which] = circumstances.first_between(t.part(which))
    return out


def _transfers(records: Records, bits: Ints, room: Room) -> Shards:
    t = records.transfers
    counts = np.zeros(records.accounts.index.size, dtype=np.int64)
    for side in (t.giver, t.taker):
        counts += np.bincount(side, minlength=counts.size)
    counts[records.accounts.reserved] = 0
    filling = Filling(counts, room)
    for part in room.slices(t.at.size):
        piece = replace(records, transfers=t.part(part))
        filling.add(streams.told_transfers(piece, bits[part]))
    return filling.done()


def _uses(records: Records, seen: _Seen, room: Room) -> Shards:
    at, card, flags, device, network = seen.columns
    crowd, noise = room.array(at.size, np.int8), room.array(at.size, np.int8)
    for host, out, lately in (
        (device, crowd, devices.ON_DEVICE), (network, noise, devices.ON_NETWORK)
    ):  # fmt: skip
        for which in by_range(host, room, int(host.max(initial=-1)) + 1):
            who, when = card[which], at[which]
            guest = sightings.guests(records, who, when) if host is device else who
            out[which] = sightings.others(host[which], guest, when, lately)
    filling = Filling(_most_sightings(records), room)
    for part in room.slices(at.size):
        there = tuple(column[part] for column in (at, card, flags, device, network))
        others = (side[part].astype(np.int64) for side in (crowd, noise))
        filling.add(sightings.told(records, there, *others))
    return filling.done()


def _places(records: Records, room: Room) -> Shards:
    filling = Filling(_most_sightings(records), room)
    for window in _windows(records, room):
        filling.add(sightings.places(window))
    return filling.done()


def _near_notices(records: Records, room: Room) -> Records:
    """The records with the transfers of cards that somebody told of, which is all that nearness is asked of."""
    told = records.notices["card"]
    watched = np.zeros(records.accounts.index.size + records.sims.index.size + 1, dtype=np.bool_)
    watched[told[told >= 0]] = True
    t = records.transfers
    near = [
        np.flatnonzero(watched[t.giver[part]] | watched[t.taker[part]]) + part.start
        for part in room.slices(t.at.size)
    ]
    return replace(records, transfers=t.part(np.concatenate(near)))
