"""Cards seen on devices, on networks and in regions, as streams of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
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
    from duanka.features.spec import Window

    Ints = NDArray[np.int64]

# a device that serves as many other holders is shared
SHARED_FROM = 2
# a card on the same device and network counts once in such a stretch of the day
STRETCH = 6 * HOUR


def uses(records: Records, table: pl.DataFrame) -> Events:
    """Uses of devices by cards, one a stretch, told with who else is on the device and the network.

    Columns: table: as `seen` gives it.
    """
    at, card, flags, device, network = (
        table[c].to_numpy() for c in ("at", "card", "flags", "device", "network")
    )
    crowd = others(device, guests(records, card, at), at, devices.ON_DEVICE)
    noise = others(network, card, at, devices.ON_NETWORK)
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


def others(host: Ints, guest: Ints, at: Ints, lately: Window) -> Ints:
    """How many other guests the host had lately when each use happened, at most 15; 0 for no host.

    Uses come in order of time; those of one instant have not seen each other.
    Units: `at` UTC microseconds.
    """
    out = np.zeros(at.size, dtype=np.int64)
    have = np.flatnonzero(host >= 0)
    if have.size == 0:
        return out
    host, guest, at = (np.asarray(column[have], dtype=np.int64) for column in (host, guest, at))
    order, bounds = replay.order_by_key(host, int(host.max()) + 1)
    found = np.zeros(have.size, dtype=np.int64)
    _company(guest, at, order, bounds, (lately.length, lately.hop), found)
    out[have] = found
    return out


@nb.njit(cache=True, nogil=True)
def _company(guest, at, order, bounds, window, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202, PLR0917
    """Each host's guests stand in order of their last visit, the latest first, as far as may be asked."""
    length, hop = window
    # the most others that a use can carry, and the guest itself
    who = np.empty(f.FIELD + 1, dtype=np.int64)
    last = np.empty(f.FIELD + 1, dtype=np.int64)
    for host in range(bounds.size - 1):
        held, told = 0, bounds[host]
        for p in range(bounds[host], bounds[host + 1]):
            now, mine = at[order[p]], guest[order[p]]
            # what happened at one instant is told when it is over
            while at[order[told]] < now:
                held = _welcome(who, last, held, guest[order[told]], at[order[told]])
                told += 1
            since, count = (now - length) // hop * hop, 0
            for i in range(held):
                if last[i] < since:
                    break
                count += who[i] != mine
            out[order[p]] = min(count, f.FIELD)


@nb.njit(cache=True, nogil=True)
def _welcome(who, last, held, guest, at):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The guest stands first; how many are remembered now."""
    spot = 0
    while spot < held and who[spot] != guest:
        spot += 1
    if spot == held:
        held = min(held + 1, who.size)
        spot = held - 1
    for i in range(spot, 0, -1):
        who[i], last[i] = who[i - 1], last[i - 1]
    who[0], last[0] = guest, at
    return held


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
