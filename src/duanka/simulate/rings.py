"""Rings: who belongs, which cards they hold, and when each card begins and ends its bad life."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate import people as who
from duanka.simulate.cards import CLASS_1, CORPORATE, PHONE, Cards, append, blank
from duanka.simulate.habits import HABITS, MONEY_HABITS, PHONE_HABITS, Tactics, draw
from duanka.simulate.people import FIRM, NEVER
from duanka.simulate.places import (
    BANK,
    MVNO,
    ONLINE,
    OPERATOR,
    REGIONS,
    pick_outlets,
    pick_staff,
)  # fmt: skip
from duanka.simulate.rhythm import DAY
from duanka.simulate.scene import RING_DEVICES, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLES = (
    "mule", "runner", "minder", "recruiter", "dealer", "head_dealer", "company_agent",
    "controller", "cash_courier", "liaison", "financier", "insider", "victim",
)  # fmt: skip
HOUR = 3_600


@dataclass(frozen=True)
class BadCard:
    """A card that a ring uses; instants in seconds from the first midnight."""

    sim: bool
    number: int
    holder: int
    person: int  # who sold it or runs it
    ring: int
    role: str
    use: str  # money, dial, code or bound
    layer: int
    start: int
    stop: int
    handover: int
    device: int  # -1: the holder's own stays
    stock: bool
    clean: bool
    terminal: int = -1


@dataclass(frozen=True)
class Ring:
    """A ring: its members by role, its tactics, its cards and its days."""

    number: int
    money: str
    phone: str
    tactics: Tactics
    dialling: Tactics
    members: dict[str, tuple[int, ...]]
    insider: int  # staff, or -1
    begin: int
    end: int
    region: int
    cards: tuple[BadCard, ...]


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


def _pick_habits(scene: Scene, rng: np.random.Generator, number: int) -> tuple[str, str]:
    # Turn about, from a random beginning, so that a town of few rings still shows several habits.
    money = [h for h in MONEY_HABITS if h in scene.plan.habits] or ["classic"]
    phone = [h for h in PHONE_HABITS if h in scene.plan.habits] or ["hopping"]
    turn = number + int(np.random.default_rng([scene.plan.seed, 31]).integers(0, 12))
    if rng.random() < 0.5:
        return str(rng.choice(money)), str(rng.choice(phone))
    return money[turn % len(money)], phone[turn % len(phone)]


def _ring(
    scene: Scene, rng: np.random.Generator, supply: Iterator[int], size: tuple[int, int, int]
) -> tuple[Scene, Ring]:
    number, money_count, phone_count = size
    money, phone = _pick_habits(scene, rng, number)
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
        int(rng.integers(0, len(REGIONS))) if rng.random() < 0.6 else int(rng.integers(0, 12)), (),
    )  # fmt: skip
    scene, money_cards = _money_cards(scene, rng, supply, ring, money_count)
    scene, phone_cards = _phone_cards(scene, rng, supply, ring, phone_count, money_cards)
    for card in money_cards:
        if card.person not in members.get(card.role, ()):
            members[card.role] = (*members.get(card.role, ()), card.person)
    for card in phone_cards:
        known = any(card.person in group for group in members.values())
        if not known:
            members["mule"] = (*members.get("mule", ()), card.person)
    return scene, replace(ring, cards=(*money_cards, *phone_cards))


def _life(rng: np.random.Generator, ring: Ring, span: float, clean: bool) -> tuple[int, int, int]:  # noqa: FBT001
    start = int(rng.uniform(ring.begin, max(ring.end - DAY, ring.begin + DAY)))
    stop = start + int(span * rng.uniform(0.5, 1.5) * DAY) + 2 * HOUR
    ahead = rng.uniform(0.2, 2.5) * HOUR if clean else np.exp(rng.normal(0.6, 1.0)) * DAY
    handover = start - int(ahead)
    if clean and handover // DAY != start // DAY:
        handover = start // DAY * DAY + 60
        start = max(start, handover + 600)
    return start, stop, handover


def _money_cards(
    scene: Scene, rng: np.random.Generator, supply: Iterator[int], ring: Ring, count: int
) -> tuple[Scene, list[BadCard]]:
    t = ring.tactics
    cards: list[BadCard] = []
    shells = (
        int(rng.binomial(count, min(t["shell"], 1.0))) if "company_agent" in ring.members else 0
    )
    if "company_agent" in ring.members:
        shells = max(shells, 1)
    top = int(np.ceil(t["layers"]))
    devices = max(1, round(count / t["pool"]))
    person, left = -1, 0
    for index in range(count):
        if left == 0:
            person, left = next(supply), int(rng.choice([1, 2, 3], p=[0.6, 0.28, 0.12]))
            runner = rng.random() < (0.92 if ring.money == "runner" else 0.1)
            own = runner or rng.random() < t["own_device"]
        left -= 1
        fresh = index < shells or rng.random() < 0.185
        clean = not fresh and rng.random() < 0.41
        start, stop, handover = _life(rng, ring, t["span"], clean)
        layer = 1 + int(min(rng.random() ** 1.3 * t["layers"], top - 1)) if index > 0 else 1
        opening = max(handover - int(rng.uniform(0.1, 9) * DAY), 4 * HOUR)
        if fresh:
            handover = max(handover, opening + 2 * HOUR)
            start = max(start, handover + HOUR)
        stop = max(stop, start + DAY)
        if index < shells:
            scene, number = _shell(scene, rng, ring, person, opening)
        elif fresh:
            scene, number = _fresh(scene, rng, ring, person, opening)
        else:
            number = _stock(scene, rng, person, {c.number for c in cards})
            if number < 0:
                fresh, clean = True, False
                handover, start = max(handover, opening + 2 * HOUR), max(start, opening + 4 * HOUR)
                scene, number = _fresh(scene, rng, ring, person, opening)
        card = BadCard(
            False, number, int(scene.accounts.holder[number]), person, ring.number,
            "runner" if runner else "mule", "money", layer, start, stop, handover,
            -1 if own else RING_DEVICES + ring.number * 2_000 + index % devices, not fresh, clean,
        )  # fmt: skip
        cards.append(card)
        scene = _end_own_life(scene, rng, card, t)
    return scene, cards


def _end_own_life(scene: Scene, rng: np.random.Generator, card: BadCard, t: Tactics) -> Scene:
    """The holder's ordinary use ends when control moves; a card that slept was unused long before."""
    mixes = card.device < 0 or rng.random() < t.get("mix", t.get("own_life", 0.0))
    until = NEVER if mixes else card.handover
    if not mixes and not card.clean and card.stock and rng.random() < t.get("dormant", 0.25) * 1.6:
        until = card.start - int(rng.uniform(30, 250) * DAY)
    cards = scene.sims if card.sim else scene.accounts
    ends = cards.until_at.copy()
    ends[card.number] = min(ends[card.number], until)
    cards = replace(cards, until_at=ends)
    return replace(scene, sims=cards) if card.sim else replace(scene, accounts=cards)


def _stock(scene: Scene, rng: np.random.Generator, person: int, used: set[int]) -> int:
    held = np.flatnonzero((scene.accounts.holder == person) & (scene.accounts.opened < -10 * DAY))
    free = [int(n) for n in held if int(n) not in used]
    return int(rng.choice(free)) if free else -1


def _desk(
    scene: Scene, rng: np.random.Generator, ring: Ring, kinds: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """Outlet, staff, terminal and companion of one of a ring's openings."""
    places = scene.places
    outlet = int(pick_outlets(rng, places, kinds, 1)[0])
    staff = int(pick_staff(rng, places, np.array([outlet]))[0])
    inside = ring.insider >= 0 and rng.random() < 0.7
    home = int(places.staff_outlet[ring.insider]) if inside else -1
    if inside and places.institution_kind[places.outlet_institution[home]] in kinds:
        outlet, staff = home, ring.insider
    if places.outlet_kind[outlet] == ONLINE:
        return outlet, staff, -1, -1
    # Most come alone or are told to; some are brought by the minder.
    minder = int(rng.choice(ring.members["minder"])) if rng.random() < 0.45 else -1
    return outlet, staff, outlet * places.outlet_terminals + int(rng.integers(0, 3)), minder


def _fresh(
    scene: Scene, rng: np.random.Generator, ring: Ring, person: int, opening: int
) -> tuple[Scene, int]:
    """The town with one more account of this person, and its number."""
    more = _new_card(scene, rng, ring, (CLASS_1, person, opening), (BANK,))
    more = replace(more, sim=np.array([scene.wallets.sim[person]]))
    return replace(scene, accounts=append(scene.accounts, more)), scene.accounts.count


def _new_card(
    scene: Scene, rng: np.random.Generator, ring: Ring, what: tuple[int, int, int],
    institutions: tuple[int, ...],
) -> Cards:  # fmt: skip
    kind, holder, opening = what
    outlet, staff, terminal, minder = _desk(scene, rng, ring, institutions)
    inside = staff == ring.insider
    hour = rng.uniform(17.5, 20.5) if inside and rng.random() < 0.5 else rng.uniform(9, 17.5)
    at = max(opening // DAY * DAY + int(hour * HOUR), 0)
    at = at if at <= opening else max(at - DAY, opening - 2 * HOUR, 0)
    card = blank(*(np.array([v]) for v in (kind, holder, outlet, staff, at)))
    return replace(
        card, terminal=np.array([terminal]), companion=np.array([minder]),
        until_at=np.array([0]),
    )  # fmt: skip


def _shell(
    scene: Scene, rng: np.random.Generator, ring: Ring, person: int, opening: int
) -> tuple[Scene, int]:
    """The town with a shell company of this person and its corporate account."""
    agent = ring.members["company_agent"][0]
    o = scene.organisations
    registered = opening - int(rng.uniform(5, 120) * DAY)
    organisations = who.Organisations(
        kind=np.append(o.kind, FIRM),
        legal_person=np.append(o.legal_person, person),
        registered=np.append(o.registered, registered),
        region=np.append(o.region, int(rng.integers(0, 12))),
        contact=np.append(o.contact, agent if rng.random() < 0.75 else person),
    )
    holder = scene.people.count + len(o.kind)
    more = _new_card(scene, rng, ring, (CORPORATE, holder, opening), (BANK,))
    sim = scene.wallets.sim[int(organisations.contact[-1])]
    more = replace(more, sim=np.array([sim]))
    scene = replace(scene, organisations=organisations, accounts=append(scene.accounts, more))
    return scene, scene.accounts.count - 1


def _phone_cards(
    scene: Scene, rng: np.random.Generator, supply: Iterator[int], ring: Ring, count: int,
    money_cards: list[BadCard],
) -> tuple[Scene, list[BadCard]]:  # fmt: skip
    t = ring.dialling
    cards: list[BadCard] = []
    devices = max(1, round(count / t["per_device"]))
    bound = [c for c in money_cards if not c.stock and c.device >= 0 and rng.random() < 0.5]
    for index in range(count):
        sale = bound[index] if index < min(len(bound), count // 3) else None
        person = sale.person if sale else next(supply)
        fresh = sale is not None or rng.random() < min(t["fresh"], 0.2 if count < 6 else 0.25)
        clean = not fresh and rng.random() < 0.41
        start, stop, handover = _life(rng, ring, t["span"], clean)
        if sale:
            start, stop, handover = sale.start, sale.stop, sale.handover
        opening = max(handover - int(rng.uniform(0.2, 6) * DAY), HOUR)
        if fresh:
            handover = max(handover, opening + HOUR)
            start = max(start, handover + HOUR // 2)
            new = _new_card(scene, rng, ring, (PHONE, person, opening), (OPERATOR, MVNO))
            number = scene.sims.count
            scene = replace(scene, sims=append(scene.sims, new))
        else:
            held = np.flatnonzero((scene.sims.holder == person) & (scene.sims.opened < -10 * DAY))
            if not len(held):
                continue
            number = int(held[-1] if rng.random() < 0.7 else rng.choice(held))
        if sale:
            accounts = scene.accounts
            sims = accounts.sim.copy()
            sims[sale.number] = number
            scene = replace(scene, accounts=replace(accounts, sim=sims))
        codes = ring.phone == "code_farm" or rng.random() < 0.08
        own = rng.random() < t["own_life"] and ring.phone == "handset_pair"
        device = RING_DEVICES + ring.number * 2_000 + 500 + index % devices
        if sale:
            device = sale.device
        card = BadCard(
            True, number, person, person, ring.number,
            "runner" if own else "mule", "bound" if sale else "code" if codes else "dial", 0,
            start, max(stop, start + DAY // 2), handover, -1 if own else device, not fresh, clean,
        )  # fmt: skip
        cards.append(card)
        scene = _end_own_life(scene, rng, card, t)
    return scene, cards
