"""Cards seen on devices, on networks and in regions, as streams of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.features import devices, replay
from duanka.features import flags as f
from duanka.features.replay import Events
from duanka.features.spec import HOUR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from duanka.features.records import Records

    Ints = NDArray[np.int64]

# a device that serves as many other holders is shared
SHARED_FROM = 2
# a card on the same device and network counts once in such a stretch of the day
STRETCH = 6 * HOUR


def uses(records: Records, table: pl.DataFrame, *, threads: int = 1) -> Events:
    """Uses of devices by cards, one a stretch, told with who else is on the device and the network.

    Columns: table: as `seen` gives it.
    """
    at, card, flags, device, network = (
        table[c].to_numpy() for c in ("at", "card", "flags", "device", "network")
    )
    crowd = others(device, guests(records, card, at), at, devices.ON_DEVICE, threads=threads)
    noise = others(network, card, at, devices.ON_NETWORK, threads=threads)
    return told(records, (at, card, flags, device, network), crowd, noise)


def guests(records: Records, card: Ints, at: Ints) -> Ints:
    """Who a card stands for on a device: its holder, or itself where that is unknown."""
    holder = records.holder_of(card, at + 1)
    return np.where(holder >= 0, holder, records.holders.size + card)


def told(records: Records, seen_on: tuple[Ints, ...], crowd: Ints, noise: Ints) -> Events:
    """Uses with who else is there as events of their cards.

    Columns: seen_on: at, card, flags, device, network.
    """
    at, card, flags, device, network = seen_on
    flags = flags | (crowd << f.CROWD_SHIFT) | (noise << f.GATHER_SHIFT)
    flags = flags | np.where(crowd >= SHARED_FROM, f.SHARED, 0) | f.IN | f.OK
    other = np.where(device >= 0, device, records.devices.size + network)
    return Events(card, other, at, np.ones(at.size, dtype=np.int64), flags, at)


def on_devices(table: pl.DataFrame) -> pl.DataFrame:
    """The uses of devices alone: card, device, at (dense, microseconds), in order of time."""
    return table.select("card", "device", "at").filter(pl.col("device") >= 0)


def seen(records: Records) -> pl.DataFrame:
    """Cards seen on devices and networks, once a stretch, in order of time.

    Columns: returns at (microseconds), card, device, network (dense or -1), flags, stretch.
    """
    u, t = records.uses, records.transfers
    nowhere = np.full(t.at.size, -1)
    parts = [
        (u["at"], u["card"], u["device"], u["network"], u["flags"]),
        (t.at, t.giver, t.device, nowhere, t.flags & f.NIGHT),
    ]
    for moves in (records.calls, records.messages):
        nothing = np.zeros(moves.at.size, dtype=np.int64)
        card = records.card("sim", moves.giver)
        parts.append((moves.at, card, moves.device, nothing - 1, nothing))
    return (
        _stacked(("at", "card", "device", "network", "flags"), parts)
        .filter(pl.col("card") >= 0, (pl.col("device") >= 0) | (pl.col("network") >= 0))
        .with_columns(stretch=pl.col("at") // STRETCH)
        .sort("at", "card", "device", "network", "flags")
        .unique(
            ["card", "device", "network", "stretch", "flags"], keep="first", maintain_order=True
        )
    )


def _stacked(names: tuple[str, ...], parts: Sequence[tuple[Ints, ...]]) -> pl.DataFrame:
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return pl.DataFrame(dict(zip(names, columns, strict=True)))


def others(host: Ints, guest: Ints, at: Ints, ask: devices.Company, *, threads: int) -> Ints:
    """How many other guests the host had lately when each use happened, at most 15; 0 for no host."""
    out = np.zeros(at.size, dtype=np.int64)
    have = np.flatnonzero(host >= 0)
    if have.size == 0:
        return out
    host, guest, at = host[have], guest[have], at[have]
    ones = np.ones(have.size, dtype=np.int64)
    events = Events(host, guest, at, ones, ones * (f.IN | f.OK), at)
    pair = np.unique(host * (int(guest.max()) + 1) + guest, return_inverse=True)[1].astype(np.int64)
    guests = replay.answer(
        events, replay.ask(host, at, events), ask.layout, names=ask.names, threads=threads
    )
    visits = events._replace(key=pair)
    been = replay.answer(
        visits, replay.ask(pair, at, visits), ask.own_layout, names=ask.own_names, threads=threads
    )
    # the guest itself is among them if it has been there within the same stretch
    out[have] = np.clip(guests[:, 0] - (been[:, 0] > 0), 0, f.FIELD)
    return out


def places(records: Records) -> Events:
    """Cards seen in regions, once a stretch."""
    u, t, c = records.uses, records.transfers, records.calls
    parts = [
        (u["at"], u["card"], u["region"]),
        (t.at, t.giver, t.region),
        (c.at, records.card("sim", c.giver), c.region),
    ]
    table = (
        _stacked(("at", "card", "region"), parts)
        .filter(pl.col("card") >= 0, pl.col("region") >= 0)
        .with_columns(stretch=pl.col("at") // STRETCH)
        .sort("at", "card", "region")
        .unique(["card", "region", "stretch"], keep="first", maintain_order=True)
    )
    at, card, region = (table[c].to_numpy() for c in ("at", "card", "region"))
    ones = np.ones(at.size, dtype=np.int64)
    return Events(card, region, at, ones, ones * (f.IN | f.OK), at)
