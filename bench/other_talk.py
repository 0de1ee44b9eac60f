"""Calls, messages and handsets of honest people in a stranger's town."""

from __future__ import annotations

from typing import Any

import numpy as np

from other_hours import BUSY, OFFICE, each, is_, moments
from other_people import DAY, Town


def talk(town: Town) -> None:
    """Nothing; calls, messages and what was seen on which device are written."""
    _calls(town)
    _messages(town)
    _handsets(town)


def call(
    town: Town,
    at: Any,
    caller: Any,
    callee: Any,
    seconds: Any,
    *,
    device: Any,
    answered: Any = True,
    illicit: bool = False,
) -> None:
    """Nothing; calls; one that nobody answered lasts no second."""
    length = np.where(answered, np.rint(seconds), 0).astype(np.int64)
    if not len(length):
        return
    town.add(
        "call", at=town.when(at), caller_id=each(caller, len(length)), callee_id=each(callee, len(length)),
        duration_s=length, answered=np.broadcast_to(answered, length.shape).copy(), device_id=each(device, len(length)), _illicit=illicit,
    )  # fmt: skip


def _calls(town: Town) -> None:
    rng, s = town.rng, town.style
    rate = (
        s.calls_a_day * rng.lognormal(-0.3, 0.8, s.people) * np.where(is_(town, "student"), 0.4, 1)
    )
    who = np.repeat(np.arange(s.people), rng.poisson(rate * s.days))
    whom = town.contacts[who, np.minimum(rng.geometric(0.22, who.size) - 1, 17)]
    flip = rng.random(who.size) < 0.5
    a, b = np.where(flip, whom, who), np.where(flip, who, whom)
    there = rng.random(who.size) < 0.35
    outside = np.array([f"T{x}" for x in town.outside[: s.people]], object)
    caller = np.where(there & flip, outside[whom], town.sim[a])
    callee = np.where(there & ~flip, outside[whom], town.sim[b])
    call(
        town,
        moments(town, who.size),
        caller,
        callee,
        rng.lognormal(3.9, 1.0, who.size) + 1,
        device=np.where(there & flip, None, town.device[a]),
        answered=rng.random(who.size) < 0.78,
    )
    # deliveries, call centres, estate agents: many strangers, few calls back
    for kind, a_day, hours in (("courier", 25, BUSY), ("desk", 30, OFFICE), ("trader", 2, BUSY)):
        for one in np.flatnonzero(is_(town, kind)):
            k = int(rng.poisson(a_day * s.days * rng.uniform(0.15, 0.6)))
            inside = rng.random(k) < 0.3
            to = np.where(
                inside,
                town.sim[rng.integers(0, s.people, k)],
                outside[rng.integers(0, s.people, k)],
            )
            at = moments(town, k, hours)
            call(
                town,
                at,
                np.full(k, town.sim[one], object),
                to,
                rng.lognormal(3.2, 0.7, k) + 1,
                device=town.device[one],
                answered=rng.random(k) < 0.7,
            )
            back = rng.random(k) < 0.12
            call(
                town,
                at[back] + rng.exponential(3_000, back.sum()),
                to[back],
                np.full(int(back.sum()), town.sim[one], object),
                rng.lognormal(3.2, 0.7, int(back.sum())) + 1,
                device=None,
            )


def text(town: Town, at: Any, sender: Any, receiver: Any, kind: str) -> None:
    """Nothing; text messages of a kind."""
    if len(receiver):
        town.add(
            "message",
            at=town.when(at),
            sender_id=each(sender, len(receiver)),
            receiver_id=each(receiver, len(receiver)),
            message_kind=kind,
        )


def _messages(town: Town) -> None:
    rng, s = town.rng, town.style
    services = np.array([f"SVC{k}" for k in range(60)], object)
    for kind, rate, hours in (("code", 0.15, BUSY), ("notice", 0.3, BUSY), ("bulk", 0.25, OFFICE)):
        who = np.repeat(
            np.arange(town.sim.size),
            rng.poisson(rate * s.days * rng.lognormal(-0.2, 0.6, town.sim.size)),
        )
        text(
            town,
            moments(town, who.size, hours),
            services[np.minimum(rng.zipf(1.4, who.size), 60) - 1],
            town.sim[who],
            kind,
        )
    who = np.repeat(np.arange(s.people), rng.poisson(0.1 * s.days, s.people))
    text(
        town,
        moments(town, who.size),
        town.sim[who],
        town.sim[town.contacts[who, rng.integers(0, 8, who.size)]],
        "personal",
    )


def seen(  # noqa: PLR0917  # the columns of a row, in their order
    town: Town, at: Any, kind: str, card: Any, device: Any, network: Any, *, abroad: Any = False
) -> None:
    """Nothing; cards seen on devices."""
    size = len(card)
    if size:
        town.add(
            "device_use", at=town.when(at), card_kind=kind, card_id=each(card, size), device_id=each(device, size), network_id=each(network, size),
            abroad=np.broadcast_to(abroad, (size,)).copy(),
        )  # fmt: skip


def _handsets(town: Town) -> None:
    rng, s = town.rng, town.style
    n = s.people
    changed = np.where(rng.random(n) < 0.06, rng.random(n) * s.days * DAY, np.inf)
    for kind, cards, holder in (
        ("sim", town.sim, town.sim_holder),
        ("account", town.account, town.holder),
    ):
        mine = np.flatnonzero(holder < n)
        card = np.repeat(mine, rng.poisson(0.25 * s.days, mine.size))
        who, at = holder[card], moments(town, card.size)
        lent = rng.random(card.size) < 0.02
        device = np.where(
            at > changed[who],
            np.array([f"{d}n" for d in town.device], object)[who],
            town.device[who],
        )
        device = np.where(lent, town.device[town.contacts[who, 0]], device)
        net = np.where(
            rng.random(card.size) < 0.5,
            np.array([f"home{f}" for f in town.family], object)[who],
            np.array([f"cell{k}" for k in range(80)], object)[rng.integers(0, 80, card.size)],
        )
        seen(town, at, kind, cards[card], device, net, abroad=rng.random(card.size) < 0.002)
