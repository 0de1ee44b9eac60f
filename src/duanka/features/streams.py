"""The records as streams of events for the kernel, each with its flags; built once, asked many times."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from duanka.features import calls, circumstances, replay, sightings, taint, transfers
from duanka.features import flags as f
from duanka.features.applications import Applications, applications

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from duanka.features.circumstances import Circumstances
    from duanka.features.records import Cards, Moves, Records
    from duanka.features.replay import Events
    from duanka.features.shards import Answered, Shards

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Streams:
    """Events by whom they are asked of. `card` is dense over both kinds, accounts first.

    Shapes: `event_bits` one entry a transfer (flags of its payer's side).
    """

    transfers: Events | Shards | Answered
    calls: Events
    messages: Events
    uses: Events | Shards | Answered
    places: Events | Shards
    paid: Events
    notices: Events
    applications: Applications
    event_bits: Ints
    last_call_s: Ints
    """Seconds since the last long call from a stranger to the payer's phones, -1 if none in two hours."""
    first_transfers: Bools
    """True for the first transfer between each ordered pair."""
    first_calls: Bools
    latest: pl.DataFrame
    """Uses in time order: card, device, at."""


def build(records: Records, *, threads: int = 1) -> Streams:
    """Every stream of these records; who shares a device is worked out beside all the rest."""
    table = sightings.seen(records)
    latest = sightings.on_devices(table)
    with ThreadPoolExecutor(max(1, threads)) as pool:
        using = pool.submit(sightings.uses, records, table)
        talking = pool.submit(_talk, records, latest)
        standing = pool.submit(sightings.places, records)
        call_events, around = talking.result()
        uses, places = using.result(), standing.result()
    return Streams(
        transfers=told_transfers(records, around.bits),
        calls=call_events,
        messages=both_sides(records.messages),
        uses=uses,
        places=places,
        paid=circumstances.paid(records.transfers, around),
        notices=taint.events(records, latest),
        applications=applications(records),
        event_bits=around.bits,
        last_call_s=around.since_call_s,
        first_transfers=around.first,
        first_calls=circumstances.first_between(records.calls),
        latest=latest,
    )


def _talk(records: Records, latest: pl.DataFrame) -> tuple[Events, Circumstances]:
    """Calls, and what each transfer came with, of which calls are a part."""
    call_events = both_sides(records.calls)
    call_bits = replay.entry_flags(call_events, calls.MEETING_LAYOUT)
    return call_events, circumstances.circumstances(records, latest, call_events, call_bits)


def both_sides(moves: Moves) -> Events:
    """Calls or messages, told to both sides."""
    return transfers.two_sided(
        moves, moves.flags, moves.flags, (moves.giver >= 0, moves.taker >= 0)
    )


def told_transfers(records: Records, bits: Ints) -> Events:
    """Transfers, told to both sides where they are cards.

    A new device is the payer's alone; money of a crypto venue is what the venue paid.
    """
    t, cards = records.transfers, records.accounts
    keep = _own(cards, t.giver), _own(cards, t.taker)
    received = bits & ~(f.NEW_DEVICE | f.CRYPTO)
    received |= np.where((bits & f.FROM_CRYPTO) != 0, f.CRYPTO, 0)
    return transfers.two_sided(t, bits, received, keep)


def _own(cards: Cards, of: Ints) -> Bools:
    return np.where(of >= 0, ~cards.reserved[of] if cards.index.size else False, False)
