"""Cards seen on devices, on networks and in regions, as streams of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.features import devices, replay, taint
from duanka.features import flags as f
from duanka.features.replay import Events
from duanka.features.spec import HOUR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from duanka.features.kernel import Layout
    from duanka.features.records import Records

    Ints = NDArray[np.int64]

# a device that serves as many other holders is shared
SHARED_FROM = 2


def uses(records: Records) -> tuple[Events, pl.DataFrame]:
    """Uses of devices by cards, one an hour, told with who else is on the device and the network.

    Columns: returns, beside the events: card, device, at (dense, microseconds), in order of time.
    """
    table = _seen(records)
    at, card, flags = (table[c].to_numpy() for c in ("at", "card", "flags"))
    device, network = table["device"].to_numpy(), table["network"].to_numpy()
    holder = taint.holders_of_cards(records)
    # a holder unknown counts as one of its own
    guest = np.where(holder[card] >= 0, holder[card], holder.size + card) if card.size else card
    crowd = _others(device, guest, at, (devices.HOST_LAYOUT, devices.HOST_NAMES))
    noise = _others(network, card, at, (devices.NETWORK_LAYOUT, devices.NETWORK_NAMES))
    flags = flags | (crowd << f.CROWD_SHIFT) | (noise << f.GATHER_SHIFT)
    flags = flags | np.where(crowd >= SHARED_FROM, f.SHARED, 0) | f.IN | f.OK
    other = np.where(device >= 0, device, records.devices.size + network)
    events = Events(card, other, at, np.ones(at.size, dtype=np.int64), flags, at)
    return events, table.select("card", "device", "at").filter(pl.col("device") >= 0)


def _seen(records: Records) -> pl.DataFrame:
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
        .with_columns(hour=pl.col("at") // HOUR)
        .unique(["card", "device", "network", "hour", "flags"], keep="first", maintain_order=True)
        .sort("at", "card", "device", "network", "flags")
    )


def _stacked(names: tuple[str, ...], parts: Sequence[tuple[Ints, ...]]) -> pl.DataFrame:
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return pl.DataFrame(dict(zip(names, columns, strict=True)))


def _others(host: Ints, guest: Ints, at: Ints, ask: tuple[Layout, tuple[str, ...]]) -> Ints:
    """How many other guests the host had lately when each use happened, at most 15; 0 for no host."""
    out = np.zeros(at.size, dtype=np.int64)
    have = np.flatnonzero(host >= 0)
    if have.size == 0:
        return out
    layout, names = ask
    ones = np.ones(have.size, dtype=np.int64)
    events = Events(host[have], guest[have], at[have], ones, ones * (f.IN | f.OK), at[have])
    answers = replay.answer(events, replay.ask(host[have], at[have], events), layout, names=names)
    met = (replay.entry_flags(events, layout) & f.FIRST) == 0
    # the guest itself counts once it has been there before
    out[have] = np.clip(answers[:, 0] - met, 0, f.FIELD)
    return out


def places(records: Records) -> Events:
    """Cards seen in regions, once an hour."""
    u, t, c = records.uses, records.transfers, records.calls
    parts = [
        (u["at"], u["card"], u["region"]),
        (t.at, t.giver, t.region),
        (c.at, records.card("sim", c.giver), c.region),
    ]
    table = (
        _stacked(("at", "card", "region"), parts)
        .filter(pl.col("card") >= 0, pl.col("region") >= 0)
        .with_columns(hour=pl.col("at") // HOUR)
        .sort("at", "card", "region")
        .unique(["card", "region", "hour"], keep="first", maintain_order=True)
    )
    at, card, region = (table[c].to_numpy() for c in ("at", "card", "region"))
    ones = np.ones(at.size, dtype=np.int64)
    return Events(card, region, at, ones, ones * (f.IN | f.OK), at)
