"""Everyday calls and messages: friends, couriers, service desks, codes and notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate import people as who
from duanka.simulate.journal import BULK, CODE, NOTICE, WORDS, Calls, Messages, join, keep, rows
from duanka.simulate.rhythm import DAY, OFFICE, SHOP, moments
from duanka.simulate.scene import SERVICE_COUNT, SERVICES, Scene, outsiders

if TYPE_CHECKING:
    from duanka.simulate.rhythm import Floats, Ints
    from duanka.simulate.ties import Ties


def lengths(rng: np.random.Generator, count: int, *, median: float = 42, spread: float = 1.2,
            answered: float = 0.72) -> Ints:  # fmt: skip
    """Seconds spoken; nought where nobody answered."""
    seconds = np.exp(rng.normal(np.log(median), spread, count)).astype(np.int64) + 1
    return np.where(rng.random(count) < answered, np.minimum(seconds, 14_000), 0)


def phone(rng: np.random.Generator, scene: Scene, person: Ints) -> Ints:
    """The SIM that each person speaks with this time."""
    second = scene.wallets.second_sim[person]
    return np.where(
        (rng.random(len(person)) < 0.25) & (second >= 0), second, scene.wallets.sim[person]
    )


def everyday_calls(scene: Scene, rng: np.random.Generator, ties: Ties) -> Calls:
    """A town's ordinary calls."""
    return join(
        Calls, [_acquaintance(scene, rng, ties), _errands(scene, rng), _unasked(scene, rng)]
    )


def _acquaintance(scene: Scene, rng: np.random.Generator, ties: Ties) -> Calls:
    people, plan = scene.people, scene.plan
    budget = 36.0 * people.count * plan.days / 90 * plan.ways.calls
    tie = np.repeat(
        np.arange(len(ties.weight)), rng.poisson(ties.weight * budget / ties.weight.sum())
    )
    count = len(tie)
    turn = rng.random(count) < 0.5
    outside = ties.outside[tie]
    near = np.where(outside | turn, ties.one[tie], ties.other[tie])
    far = np.where(outside, 0, np.where(turn, ties.other[tie], ties.one[tie]))
    mine = phone(rng, scene, near)
    theirs = np.where(outside, ties.other[tie], phone(rng, scene, far))
    out = ~outside | turn
    at = moments(rng, plan.start, plan.days, people.way[near])
    # Days on which much is to be settled: a removal, a feast, an illness.
    busy = rng.integers(0, plan.days, 3 * people.count)[near * 3 + rng.integers(0, 3, count)]
    at = np.where(rng.random(count) < 0.4, busy * DAY + at % DAY, at)
    # The talkative are talkative with everyone: length goes with the pair.
    median = 30 * np.exp(rng.normal(0, 0.6, len(ties.weight)))[tie]
    seconds = (median * np.exp(rng.normal(0.25, 1.0, count))).astype(np.int64) + 2
    reached = np.clip(rng.normal(0.74, 0.14, len(ties.weight)), 0.3, 1.0)[tie]
    calls = rows(
        Calls, count, at=at, caller=np.where(out, mine, theirs), callee=np.where(out, theirs, mine),
        seconds=np.where(rng.random(count) < reached, np.minimum(seconds, 14_000), 0),
        device=-1, region=-1,
    )  # fmt: skip
    missed = np.flatnonzero((calls.seconds == 0) & (rng.random(count) < 0.5))
    returned = rows(
        Calls, len(missed), caller=calls.callee[missed], callee=calls.caller[missed],
        at=at[missed] + np.exp(rng.normal(6.5, 1.3, len(missed))).astype(np.int64) + 15,
        seconds=lengths(rng, len(missed), answered=0.85), device=-1, region=-1,
    )  # fmt: skip
    return join(Calls, [calls, returned])


def _errands(scene: Scene, rng: np.random.Generator) -> Calls:
    """Work that rings strangers: couriers, service desks, drivers, agents, keepers of shops."""
    people, plan = scene.people, scene.plan
    daily = np.zeros(people.count)
    for trade, median, spread in (
        (who.COURIER, 3.2, 0.8), (who.CALLER, 5.0, 0.9), (who.DRIVER, 1.0, 0.8),
        (who.AGENT, 1.2, 0.9), (who.MERCHANT, 0.15, 1.0), (who.OWNER, 0.3, 1.0),
        (who.REPAIRER, 0.7, 0.5),
    ):  # fmt: skip
        mine = np.flatnonzero(people.trade == trade)
        daily[mine] = median * np.exp(rng.normal(0, spread, len(mine)))
    # New couriers and desk workers begin inside the window with a SIM of that week.
    share = np.minimum(daily, 40) * plan.days
    person = np.repeat(np.arange(people.count), rng.poisson(share))
    count = len(person)
    way = np.where(people.trade[person] == who.CALLER, OFFICE, SHOP).astype(np.int8)
    at = moments(rng, plan.start, plan.days, way)
    inside = rng.random(count) < 0.5
    callee = np.where(
        inside,
        scene.wallets.sim[rng.integers(0, people.count, count)],
        outsiders(rng, count, spread=0.4),
    )
    median = np.array([24.0, 85.0])[(way == OFFICE).astype(int)]
    spoken = (median * np.exp(rng.normal(0, 0.9, count))).astype(np.int64) + 3
    main = np.where(
        people.trade[person] == who.CALLER, phone(rng, scene, person), scene.wallets.sim[person]
    )
    # The second SIM is the work phone of half of those who have one.
    second = scene.wallets.second_sim[person]
    caller = np.where((second >= 0) & (person % 2 == 0), second, main)
    calls = rows(
        Calls, count, at=at, caller=caller, callee=callee, device=-1, region=-1,
        seconds=np.where(rng.random(count) < 0.62, np.minimum(spoken, 7_200), 0),
    )  # fmt: skip
    back = keep(calls, np.flatnonzero(rng.random(count) < np.where(calls.seconds == 0, 0.14, 0.04)))
    returned = rows(
        Calls, len(back.at), at=back.at + rng.integers(30, DAY // 3, len(back.at)),
        caller=back.callee, callee=back.caller, seconds=lengths(rng, len(back.at), median=25),
        device=-1, region=-1,
    )  # fmt: skip
    return join(Calls, [calls, returned])


def _unasked(scene: Scene, rng: np.random.Generator) -> Calls:
    """Calls from service desks and salesmen elsewhere, and to them."""
    people, plan = scene.people, scene.plan
    person = np.repeat(np.arange(people.count), rng.poisson(3.0 * plan.days / 90, people.count))
    count = len(person)
    desk = np.where(rng.random(count) < 0.5, SERVICES + rng.integers(0, SERVICE_COUNT, count),
                    outsiders(rng, count, spread=0.5))  # fmt: skip
    out = rng.random(count) < 0.25
    mine = phone(rng, scene, person)
    return rows(
        Calls, count, at=moments(rng, plan.start, plan.days, np.full(count, SHOP, np.int8)),
        caller=np.where(out, mine, desk), callee=np.where(out, desk, mine),
        seconds=lengths(rng, count, median=50, spread=1.1, answered=0.6), device=-1, region=-1,
    )  # fmt: skip


def everyday_messages(scene: Scene, rng: np.random.Generator, ties: Ties) -> Messages:
    """A town's ordinary messages; the codes go with what people sign in to."""
    people, plan = scene.people, scene.plan
    scale = plan.days / 90 * plan.ways.messages
    code = _from_services(scene, rng, 6.5 * scale * people.lively, CODE)
    notice = _from_services(scene, rng, np.full(people.count, 6.5 * scale), NOTICE)
    bulk = _from_services(scene, rng, np.full(people.count, 2.2 * scale), BULK)
    tie = rng.choice(len(ties.one), int(2.2 * scale * people.count),
                     p=ties.weight / ties.weight.sum())  # fmt: skip
    turn = rng.random(len(tie)) < 0.5
    near = phone(rng, scene, ties.one[tie])
    far = np.where(ties.outside[tie], ties.other[tie],
                   scene.wallets.sim[np.where(ties.outside[tie], 0, ties.other[tie])])  # fmt: skip
    words = rows(
        Messages, len(tie), at=moments(rng, plan.start, plan.days, people.way[ties.one[tie]]),
        sender=np.where(turn, near, far), receiver=np.where(turn, far, near), kind=WORDS, device=-1,
    )  # fmt: skip
    couriers = np.flatnonzero(np.isin(people.trade, (who.COURIER, who.AGENT)))
    told = np.repeat(couriers, rng.poisson(14 * scale, len(couriers)))
    waiting = rows(
        Messages, len(told), at=moments(rng, plan.start, plan.days, people.way[told]),
        sender=scene.wallets.sim[told], kind=WORDS, device=-1,
        receiver=scene.wallets.sim[rng.integers(0, people.count, len(told))],
    )  # fmt: skip
    return join(Messages, [code, notice, bulk, words, waiting])


def _from_services(scene: Scene, rng: np.random.Generator, rate: Floats, kind: int) -> Messages:
    people, plan = scene.people, scene.plan
    person = np.repeat(np.arange(people.count), rng.poisson(rate))
    # Old people's spare SIM receives codes and nothing else.
    sim = phone(rng, scene, person)
    service = (
        SERVICES
        + np.minimum(rng.pareto(0.8, len(person)) * 6, 1e9).astype(np.int64) % SERVICE_COUNT
    )
    return rows(
        Messages, len(person), at=moments(rng, plan.start, plan.days, people.way[person]),
        sender=service, receiver=sim, kind=kind, device=-2,
    )  # fmt: skip
