"""Illicit phone life: dialling and code SIMs, the calls victims got, handsets that change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate.journal import (
    CODE,
    CONTROL,
    FRAUD_CALL,
    FRAUD_MESSAGE,
    Calls,
    Messages,
    Sightings,
    join,
    rows,
)  # fmt: skip
from duanka.simulate.rhythm import DAY
from duanka.simulate.scene import SERVICE_COUNT, SERVICES, Scene, outsiders
from duanka.simulate.sightings import CARRIER_COUNT, CARRIERS, FOREIGN, RING_NETWORKS

if TYPE_CHECKING:
    from duanka.simulate.launder import Scam
    from duanka.simulate.rhythm import Ints
    from duanka.simulate.roster import BadCard, Ring

HOUR = 3_600


def working_times(rng: np.random.Generator, ring: Ring, card: BadCard, count: int) -> Ints:
    """Instants of a SIM's working life: shifts by day, some evenings, the first one at its start."""
    t = ring.dialling
    days = max(1, round((card.stop - card.start) / DAY))
    day = card.start // DAY + rng.integers(0, days + 1, count)
    evening = rng.random(count) < t["evening"]
    hour = np.where(evening, rng.uniform(18, 22, count), rng.triangular(8.3, 12, 19, count))
    at = day * DAY + (hour * HOUR).astype(np.int64)
    at = at[(at >= card.start) & (at < card.stop)]
    short = rng.integers(card.start, card.start + 3 * HOUR, max(count // 5, 1))
    return np.sort(np.concatenate([at, short, [card.start]]))


def handsets(ring: Ring, card: BadCard, at: Ints) -> Ints:
    """The handset at each instant; a hopping SIM is moved from one to the next."""
    if card.device < 0:
        return np.full(len(at), -1)
    step = max(ring.dialling["hop"] * DAY, HOUR)
    hop = (
        ((at - card.start) / step).astype(np.int64)
        if card.use == "dial"
        else np.zeros(len(at), int)
    )
    # Where it goes next is one of the ring's handsets, or a new one.
    moved = card.device + 37 * hop * (1 + card.number % 5)
    start = card.device - card.device % 2_000
    return np.where(hop == 0, card.device, start + 500 + (moved - start) % 1_400)


def dial(
    scene: Scene, rng: np.random.Generator, ring: Ring, scams: list[Scam]
) -> tuple[Calls, Messages, Sightings]:
    """The ring's calls, messages and SIM sightings."""
    calls, messages, seen = [], [], []
    sims = [c for c in ring.cards if c.sim]
    for card in sims:
        if card.use == "dial":
            calls.append(_strangers(scene, rng, ring, card))
        if card.use != "dial" or rng.random() < 0.3:
            messages.append(_codes(rng, ring, card))
        seen.append(_placed(rng, ring, card))
    dialling = [c for c in sims if c.use == "dial"]
    calls.extend(_to_victim(scene, rng, ring, scam, dialling) for scam in scams if scam.victim >= 0)
    return join(Calls, calls), join(Messages, messages), join(Sightings, seen)


def _strangers(scene: Scene, rng: np.random.Generator, ring: Ring, card: BadCard) -> Calls:
    t = ring.dialling
    count = max(3, int(t["calls"] * rng.lognormal(0, 0.6)))
    at = working_times(rng, ring, card, count)
    count = len(at)
    near = rng.random(count) < 0.3
    callee = np.where(
        near, scene.wallets.sim[rng.integers(0, scene.people.count, count)],
        outsiders(rng, count, spread=0.2),
    )  # fmt: skip
    again = np.flatnonzero(rng.random(count) < t["repeat"])
    again = again[again > 0]
    callee[again] = callee[(again * rng.random(len(again))).astype(np.int64)]
    spoken = np.exp(rng.normal(np.log(t["duration"] * 0.62), t["duration_spread"], count))
    seconds = np.where(
        rng.random(count) < t["answered"], np.minimum(spoken, 7_200).astype(np.int64) + 2, 0
    )
    out = rows(
        Calls, count, at=at, caller=card.number, callee=callee, seconds=seconds,
        device=handsets(ring, card, at), region=-1 if card.device < 0 else ring.region,
        part=FRAUD_CALL, ring=ring.number,
    )  # fmt: skip
    back = np.flatnonzero(rng.random(count) < t["callback"])
    returned = rows(
        Calls, len(back), at=at[back] + rng.integers(60, 5 * HOUR, len(back)), caller=callee[back],
        callee=card.number, seconds=rng.integers(0, 60, len(back)), device=-1, region=-1,
    )  # fmt: skip
    return join(Calls, [out, returned])


def _codes(rng: np.random.Generator, ring: Ring, card: BadCard) -> Messages:
    t = ring.dialling
    days = max((card.stop - card.start) / DAY, 0.5)
    daily = t["codes"] if card.use == "code" else 1.5
    count = 1 + int(rng.poisson(min(daily * days, 400)))
    at = np.sort(rng.integers(card.start, card.stop, count))
    sender = SERVICES + rng.integers(0, SERVICE_COUNT, count)
    codes = rows(
        Messages, count, at=at, sender=sender, receiver=card.number, kind=CODE, device=-2,
        part=FRAUD_MESSAGE, ring=ring.number,
    )  # fmt: skip
    if card.use != "dial":
        return codes
    sent = int(rng.poisson(t["calls"] * 0.3))
    return join(Messages, [codes, rows(
        Messages, sent, at=rng.integers(card.start, card.stop, sent), sender=card.number,
        receiver=outsiders(rng, sent, spread=0.2), kind=0, device=card.device,
        part=FRAUD_MESSAGE, ring=ring.number,
    )])  # fmt: skip


def _placed(rng: np.random.Generator, ring: Ring, card: BadCard) -> Sightings:
    if card.device < 0:
        return join(Sightings, [])
    count = 2 + int(rng.poisson(1.2 * max((card.stop - card.handover) / DAY, 1)))
    at = np.sort(
        rng.integers(max(card.handover, 0), max(card.stop, card.handover + 60), min(count, 60))
    )
    at[0] = card.handover + int(rng.integers(20, 400))
    return control(rng, ring, card, at, handsets(ring, card, np.maximum(at, card.start)))


def control(
    rng: np.random.Generator, ring: Ring, card: BadCard, at: Ints, device: Ints
) -> Sightings:
    """Sightings of a card on devices that are not its holder's."""
    count = len(at)
    abroad = rng.random() < ring.tactics["abroad"] and not card.sim
    own_network = rng.random(count) < 0.5
    network = np.where(
        own_network, RING_NETWORKS + ring.number * 20 + card.device % 3,
        CARRIERS + rng.integers(0, CARRIER_COUNT, count),
    )  # fmt: skip
    return rows(
        Sightings, count, at=at, sim=card.sim, card=card.number, device=device,
        region=-2 if abroad else ring.region,
        network=np.where(abroad, FOREIGN + (ring.number * 3 + card.device) % 997, network),
        abroad=abroad, part=CONTROL, ring=ring.number,
    )  # fmt: skip


def _to_victim(
    scene: Scene, rng: np.random.Generator, ring: Ring, scam: Scam, dialling: list[BadCard]
) -> Calls:
    alive = [c for c in dialling if c.start - HOUR <= scam.at - 300 and scam.at < c.stop + 2 * DAY]
    count = 1 + int(rng.poisson(1.6))
    # The last call ends minutes or hours before the payment.
    gap = np.cumsum(np.exp(rng.normal(np.log(1_500), 1.2, count))) + 120
    at = scam.at - gap.astype(np.int64)
    at = at[at > 0]
    if not len(at):
        return join(Calls, [])
    caller = int(outsiders(rng, 1, spread=0.2)[0])
    device, region = np.full(len(at), -2), -2
    if alive and rng.random() < 0.75:
        card = alive[int(rng.integers(0, len(alive)))]
        at = at[at >= card.start]
        if len(at):
            caller, device = card.number, handsets(ring, card, at)
            region = -1 if card.device < 0 else ring.region
        else:
            at, device = np.array([scam.at - int(gap[0])]), np.array([-2])
    room = np.maximum(scam.at - at - 30, 20)
    long = np.exp(rng.normal(np.log(ring.dialling["duration"] * 3), 0.9, len(at))).astype(np.int64)
    return rows(
        Calls, len(at), at=at, caller=caller, callee=int(scene.wallets.sim[scam.victim]),
        seconds=np.minimum(long + 10, room), device=device, region=region, part=FRAUD_CALL,
        ring=ring.number,
    )  # fmt: skip
