"""Rings: how many, who belongs to them, and what tactics they drew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate import people as who
from duanka.simulate.habits import HABITS, MONEY_HABITS, PHONE_HABITS, draw
from duanka.simulate.holdings import money_cards, phone_cards
from duanka.simulate.places import ONLINE, REGIONS
from duanka.simulate.rhythm import DAY
from duanka.simulate.roster import Ring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duanka.simulate.scene import Scene


def candidates(scene: Scene, rng: np.random.Generator) -> Iterator[int]:
    """People whom rings find, the young and those without fixed work sooner, friends together."""
    people = scene.people
    age = scene.plan.start.year - people.birth_year
    weight = np.where(age < 23, 3.0, np.where(age < 30, 2.0, np.where(age < 60, 1.0, 0.4)))
    weight *= np.where(np.isin(people.trade, (who.HOMEMAKER, who.STUDENT, who.FACTORY)), 1.6, 1.0)
    weight[people.trade == who.EXPATRIATE] = 0.1
    order = np.argsort(-np.log(rng.random(people.count)) / weight)
    mates: dict[int, list[int]] = {}
    for person in order[: people.count // 2]:
        mates.setdefault(int(people.group[person]), []).append(int(person))
    taken: set[int] = set()
    for person in map(int, order):
        # Who is found brings a classmate or workmate now and then.
        circle = mates.get(int(people.group[person]), [])
        found = [
            person,
            *(rng.choice(circle, 2).tolist() if len(circle) > 1 and rng.random() < 0.3 else []),
        ]
        for one in found:
            if one not in taken:
                taken.add(one)
                yield one


def build_rings(scene: Scene, rng: np.random.Generator) -> tuple[Scene, tuple[Ring, ...]]:
    """The town with the rings' new cards and shell companies in it, and the rings."""
    plan = scene.plan
    budget = int(plan.base_rate * (scene.accounts.count + scene.sims.count))
    supply = candidates(scene, rng)
    rings: list[Ring] = []
    while len(rings) < plan.rings if plan.rings is not None else budget >= 6:
        money_count = int(np.clip(np.exp(rng.normal(2.6, 0.55)), 5, 60))
        phone_count = int(np.clip(np.exp(rng.normal(2.0, 0.6)), 3, 40))
        if plan.rings is None:
            part = min(1.0, budget / (money_count + phone_count))
            money_count = max(4, int(money_count * part))
            phone_count = max(2, int(phone_count * part))
        scene, ring = _ring(scene, rng, supply, (len(rings), money_count, phone_count))
        rings.append(ring)
        budget -= len(ring.cards)
    return scene, tuple(rings)


def _pick_habits(scene: Scene, number: int) -> tuple[str, str]:
    # In turn, in an order of the seed's own, so that a town of few rings still shows several.
    order = np.random.default_rng([scene.plan.seed, scene.plan.shard, 31])
    money = [h for h in MONEY_HABITS if h in scene.plan.habits] or ["classic"]
    phone = [h for h in PHONE_HABITS if h in scene.plan.habits] or ["hopping"]
    money, phone = list(order.permutation(money)), list(order.permutation(phone))
    return str(money[number % len(money)]), str(phone[number % len(phone)])


def _ring(
    scene: Scene, rng: np.random.Generator, supply: Iterator[int], size: tuple[int, int, int]
) -> tuple[Scene, Ring]:
    number, money_count, phone_count = size
    money, phone = _pick_habits(scene, number)
    tactics, dialling = draw(HABITS[money], rng), draw(HABITS[phone], rng)
    end_of_time = scene.seconds
    begin = int(rng.uniform(0.06, 0.72) * end_of_time)
    end = int(min(begin + rng.uniform(8, 45) * DAY, end_of_time - 2 * DAY))

    def some(low: int, high: int) -> tuple[int, ...]:
        return tuple(next(supply) for _ in range(int(rng.integers(low, high + 1))))

    members = {
        "controller": some(1, 1 + money_count // 12), "dealer": some(1, 1 + money_count // 10),
        "head_dealer": some(1, 1), "recruiter": some(1, 1 + money_count // 10),
        "minder": some(1, 2), "cash_courier": some(1, 1 + money_count // 10), "liaison": some(1, 1),
        "financier": some(1, 1),
    }  # fmt: skip
    if number == 0 or rng.random() < 0.3 or money == "corporate":
        members["company_agent"] = some(1, 1)
    desk_staff = np.flatnonzero(scene.places.outlet_kind[scene.places.staff_outlet] != ONLINE)
    insider = int(rng.choice(desk_staff)) if number == 0 or rng.random() < 0.3 else -1
    ring = Ring(
        number, money, phone, tactics, dialling, members, insider, begin, end,
        int(rng.integers(0, len(REGIONS))) if rng.random() < 0.4 else int(rng.integers(0, 12)), (),
    )  # fmt: skip
    scene, held = money_cards(scene, rng, supply, (ring, money_count))
    scene, spoken = phone_cards(scene, rng, supply, (ring, phone_count, held))
    for card in held:
        if card.person not in members.get(card.role, ()):
            members[card.role] = (*members.get(card.role, ()), card.person)
    for card in spoken:
        known = any(card.person in group for group in members.values())
        if not known:
            members["mule"] = (*members.get("mule", ()), card.person)
    return scene, replace(ring, cards=(*held, *spoken))
