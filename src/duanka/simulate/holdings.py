"""The cards that rings use: stock bought from holders, cards freshly opened, shells, set sales."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate import people as who
from duanka.simulate.cards import CLASS_1, CORPORATE, PHONE, Cards, append, blank
from duanka.simulate.people import FIRM, NEVER
from duanka.simulate.places import BANK, MVNO, ONLINE, OPERATOR, pick_outlets, pick_staff
from duanka.simulate.rhythm import DAY
from duanka.simulate.roster import HOUR, BadCard, Ring
from duanka.simulate.scene import RING_DEVICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duanka.simulate.habits import Tactics
    from duanka.simulate.scene import Scene


def _life(rng: np.random.Generator, ring: Ring, span: float, clean: bool) -> tuple[int, int, int]:  # noqa: FBT001
    start = int(rng.uniform(ring.begin, max(ring.end - DAY, ring.begin + DAY)))
    stop = start + int(span * rng.uniform(0.5, 1.5) * DAY) + 2 * HOUR
    ahead = rng.uniform(0.2, 2.5) * HOUR if clean else np.exp(rng.normal(0.6, 1.0)) * DAY
    handover = start - int(ahead)
    if clean and handover // DAY != start // DAY:
        handover = start // DAY * DAY + 60
        start = max(start, handover + 600)
    return start, max(stop, start + DAY // 2), handover


def money_cards(
    scene: Scene, rng: np.random.Generator, supply: Iterator[int], what: tuple[Ring, int]
) -> tuple[Scene, list[BadCard]]:
    """The town with a ring's new accounts in it, and the `what[1]` accounts that `what[0]` uses."""
    (ring, count), t = what, what[0].tactics
    cards: list[BadCard] = []
    shells = 0
    if "company_agent" in ring.members:
        shells = max(int(rng.binomial(count, min(t["company"], 1.0))), 1)
    devices = max(1, round(count / t["pool"]))
    person, left, runner, own = -1, 0, False, False
    for index in range(count):
        if left == 0:
            person, left = next(supply), int(rng.choice([1, 2, 3], p=[0.6, 0.28, 0.12]))
            runner = bool(rng.random() < (0.92 if ring.money == "runner" else 0.1))
            own = runner or bool(rng.random() < t["own_device"])
        left -= 1
        number = _stock(scene, rng, person, {c.number for c in cards})
        fresh = index < shells or number < 0 or rng.random() < 0.06
        clean = not fresh and bool(rng.random() < 0.4)
        days = _life(rng, ring, t["span"], clean)
        if fresh:
            days, opening = _opened_first(rng, days)
            make = _shell if index < shells else _fresh
            scene, number = make(scene, rng, (ring, person, opening))
        start, stop, handover = days
        layer = 1 + int(min(rng.random() ** 1.3 * t["layers"], np.ceil(t["layers"]) - 1))
        card = BadCard(
            False, number, int(scene.accounts.holder[number]), person, ring.number,
            "runner" if runner else "mule", "money", layer if index else 1, start, stop, handover,
            -1 if own else RING_DEVICES + ring.number * 2_000 + index % devices, not fresh, clean,
        )  # fmt: skip
        cards.append(card)
        scene = _end_own_life(scene, rng, card, t)
    return scene, cards


def _opened_first(
    rng: np.random.Generator, days: tuple[int, int, int]
) -> tuple[tuple[int, int, int], int]:
    """The days of a card that must first be opened, and when it is applied for."""
    start, stop, handover = days
    opening = max(handover - int(rng.uniform(0.1, 9) * DAY), 4 * HOUR)
    handover = max(handover, opening + 2 * HOUR)
    start = max(start, handover + HOUR)
    return (start, max(stop, start + DAY), handover), opening


def _end_own_life(scene: Scene, rng: np.random.Generator, card: BadCard, t: Tactics) -> Scene:
    """The holder's ordinary use ends when control moves; a card that slept was unused long before."""
    goes_on = max(t.get("mix", t.get("own_life", 0.0)), scene.plan.ways.handed_back)
    mixes = card.device < 0 or rng.random() < goes_on
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
    scene: Scene, rng: np.random.Generator, what: tuple[Ring, int, int]
) -> tuple[Scene, int]:
    """The town with one more account of a person, and its number."""
    ring, person, opening = what
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
    scene: Scene, rng: np.random.Generator, what: tuple[Ring, int, int]
) -> tuple[Scene, int]:
    """The town with a shell company of a person, and the number of its corporate account."""
    ring, person, opening = what
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


def phone_cards(
    scene: Scene, rng: np.random.Generator, supply: Iterator[int],
    what: tuple[Ring, int, list[BadCard]],
) -> tuple[Scene, list[BadCard]]:  # fmt: skip
    """The town with a ring's new SIMs in it, and the SIMs that the ring uses.

    A third at most were sold as a set with a fresh account, bound to it; the others dial or
    receive codes.
    """
    (ring, count, accounts), t = what, what[0].dialling
    cards: list[BadCard] = []
    devices = max(1, round(count / t["per_device"]))
    sets = [c for c in accounts if not c.stock and c.device >= 0 and rng.random() < 0.85]
    sales: list[BadCard | None] = [*sets[: count // 3]]
    sales += [None] * (count - len(sales))
    for index, sale in enumerate(sales):
        person = sale.person if sale else next(supply)
        fresh = sale is not None or bool(rng.random() < min(t["fresh"], 0.13))
        clean = not fresh and bool(rng.random() < 0.4)
        days = _life(rng, ring, t["span"], clean)
        if sale:
            days = (sale.start, sale.stop, sale.handover)
        if fresh:
            days, opening = _opened_first(rng, days)
            scene, number = _new_sim(scene, rng, (ring, person, opening), sale)
        else:
            held = np.flatnonzero((scene.sims.holder == person) & (scene.sims.opened < -10 * DAY))
            if not len(held):
                continue
            number = int(held[-1] if rng.random() < 0.7 else rng.choice(held))
        codes = ring.phone == "code_farm" or rng.random() < 0.08
        own = ring.phone == "handset_pair" and not sale and bool(rng.random() < t["own_life"])
        device = RING_DEVICES + ring.number * 2_000 + 500 + index % devices
        card = BadCard(
            True, number, person, person, ring.number,
            "runner" if own else "mule", "bound" if sale else "code" if codes else "dial", 0,
            *days, -1 if own else sale.device if sale else device, not fresh, clean,
        )  # fmt: skip
        cards.append(card)
        scene = _end_own_life(scene, rng, card, t)
    return scene, cards


def _new_sim(
    scene: Scene, rng: np.random.Generator, what: tuple[Ring, int, int], sale: BadCard | None
) -> tuple[Scene, int]:
    """The town with one more SIM of a person, bound to the account that it is sold with."""
    ring, person, opening = what
    new = _new_card(scene, rng, ring, (PHONE, person, opening), (OPERATOR, MVNO))
    number = scene.sims.count
    accounts = scene.accounts
    if sale:
        bound = accounts.sim.copy()
        bound[sale.number] = number
        # The set is sold in the order of its making: SIM first, then the account bound to it.
        new = replace(new, opened=np.minimum(new.opened, accounts.opened[sale.number] - HOUR))
        accounts = replace(accounts, sim=bound)
    return replace(scene, sims=append(scene.sims, new), accounts=accounts), number
