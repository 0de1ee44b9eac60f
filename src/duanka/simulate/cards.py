"""Which cards the town holds: accounts and SIMs, when and where they were opened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate.people import (
    CALLER,
    COURIER,
    EMPLOYER,
    FACTORY,
    NEVER,
    REPAIRER,
    RETIRED,
    SCHOOL,
    STUDENT,
    Organisations,
    People,
)  # fmt: skip
from duanka.simulate.places import (
    BANK,
    MVNO,
    ONLINE,
    OPERATOR,
    PAYMENT,
    Places,
    pick_outlets,
    pick_staff,
)  # fmt: skip
from duanka.simulate.rhythm import DAY, OFFICE, hours

if TYPE_CHECKING:
    from duanka.simulate.plan import Plan
    from duanka.simulate.rhythm import Ints

CLASS_1, CLASS_2, CLASS_3, CORPORATE, PAY = range(5)
ACCOUNT_KINDS = ("class_1", "class_2", "class_3", "corporate", "payment")
PHONE, IOT = range(2)
SIM_KINDS = ("phone", "iot")


@dataclass(frozen=True)
class Cards:
    """Accounts, or SIMs: one row a card. A holder from `people` on is an organisation."""

    kind: Ints
    holder: Ints
    outlet: Ints
    staff: Ints
    opened: Ints  # seconds from the first midnight
    terminal: Ints  # -1 online or unknown
    companion: Ints  # a person, or -1
    sim: Ints  # the bound SIM of an account, or -1
    from_at: Ints  # the holder's ordinary life uses the card from here
    until_at: Ints  # … to here

    @property
    def count(self) -> int:
        return len(self.kind)


@dataclass(frozen=True)
class Wallets:
    """For each person the main, second and payment account, main and second SIM; -1 if none."""

    main: Ints
    second: Ints
    payment: Ints
    sim: Ints
    second_sim: Ints
    corporate: Ints  # one an organisation


def blank(kind: Ints, holder: Ints, outlet: Ints, staff: Ints, opened: Ints) -> Cards:
    """Cards without the rarer facts."""
    none = np.full(len(kind), -1)
    return Cards(
        kind, holder, outlet, staff, opened, none, none.copy(), none.copy(),
        np.maximum(opened, -NEVER), np.full(len(kind), NEVER),
    )  # fmt: skip


def append(cards: Cards, more: Cards) -> Cards:
    """Both, the second after the first."""
    return Cards(
        **{
            name: np.concatenate([getattr(cards, name), getattr(more, name)])
            for name in Cards.__dataclass_fields__
        }
    )


def opened_at(plan: Plan, rng: np.random.Generator, count: int, fresh: float) -> Ints:
    """When cards were opened: a long past, and a share `fresh` inside the window, in office hours."""
    past = -(rng.gamma(1.5, 1_000, count) + 1).astype(np.int64) * DAY
    new = rng.integers(0, plan.days, count) * DAY
    day = np.where(rng.random(count) < fresh, new, past)
    return day + hours(rng, np.full(count, OFFICE, np.int8))


def _at_desk(rng: np.random.Generator, places: Places, cards: Cards, people: People) -> Cards:
    # Walk-in openings have a terminal; some customers, old ones mostly, come with somebody.
    online = places.outlet_kind[cards.outlet] == ONLINE
    desk = cards.outlet * places.outlet_terminals + rng.integers(0, 3, cards.count)
    person = np.where(cards.holder < people.count, cards.holder, 0)
    kin = _kin(people)[person]
    accompanied = rng.random(cards.count) < np.where(people.trade[person] == RETIRED, 0.4, 0.08)
    fits = accompanied & ~online & (cards.holder < people.count) & (kin != person)
    return replace(cards, terminal=np.where(online, -1, desk), companion=np.where(fits, kin, -1))


def _kin(people: People) -> Ints:
    order = np.argsort(people.household, kind="stable")
    following = np.roll(order, -1)
    same = people.household[order] == people.household[following]
    kin = np.arange(people.count)
    kin[order] = np.where(same, following, order)
    kin[following[same]] = order[same]
    return kin


def build_cards(
    plan: Plan, rng: np.random.Generator, *, people: People, organisations: Organisations,
    places: Places,
) -> tuple[Cards, Cards, Wallets]:  # fmt: skip
    """Accounts and SIMs of everybody, with batch openings of campus and factory among the new."""
    everyone = np.arange(people.count)
    companies = people.count + np.arange(len(organisations.kind))
    extra_sim = rng.random(people.count) < np.where(people.trade == REPAIRER, 0.9, 0.22)
    third = rng.random(people.count) < 0.06
    things = rng.choice(companies, max(2, people.count // 40))  # IoT cards of companies
    sim_holder = np.concatenate([everyone, everyone[extra_sim], everyone[third], things])
    sim_kind = np.where(np.arange(len(sim_holder)) >= len(sim_holder) - len(things), IOT, PHONE)
    sims = _open(plan, rng, places, (sim_kind, sim_holder, (OPERATOR, MVNO)))
    second_sim = np.full(people.count, -1)
    second_sim[extra_sim] = people.count + np.arange(int(extra_sim.sum()))

    second = rng.random(people.count) < 0.55
    pay = rng.random(people.count) < 0.8
    more = np.repeat(everyone, np.minimum(rng.poisson(0.35, people.count), 5))
    extra_firm = companies[rng.random(len(companies)) < 0.3]
    holder = np.concatenate(
        [everyone, everyone[second], everyone[pay], more, companies, extra_firm]
    )
    sizes = [people.count, int(second.sum()), int(pay.sum()), len(more), len(companies)]
    first = np.cumsum([0, *sizes])
    kind = np.concatenate([
        rng.choice([CLASS_1, CLASS_2], sizes[0], p=[0.88, 0.12]),
        rng.choice([CLASS_1, CLASS_2, CLASS_3], sizes[1], p=[0.35, 0.5, 0.15]),
        np.full(sizes[2], PAY),
        rng.choice([CLASS_1, CLASS_2, CLASS_3], sizes[3], p=[0.3, 0.5, 0.2]),
        np.full(sizes[4] + len(extra_firm), CORPORATE),
    ])  # fmt: skip
    banks = _open(plan, rng, places, (kind, holder, (BANK,)))
    accounts = replace(
        banks, outlet=np.where(kind == PAY, pick_outlets(rng, places, (PAYMENT,), len(kind)),
                               banks.outlet))  # fmt: skip
    accounts = replace(accounts, staff=pick_staff(rng, places, accounts.outlet))
    accounts = replace(accounts, kind=_one_class_1(accounts, places))
    owner = np.where(holder < people.count, holder, organisations.contact[
        np.clip(holder - people.count, 0, len(organisations.kind) - 1)])  # fmt: skip
    alternate = (rng.random(len(kind)) < 0.08) & (second_sim[owner] >= 0)
    bound = np.where(alternate, second_sim[owner], owner)
    accounts = replace(accounts, sim=np.where(rng.random(len(kind)) < 0.96, bound, -1))
    firm = holder >= people.count
    start = organisations.registered[np.clip(holder - people.count, 0, None)[firm]]
    opened = accounts.opened.copy()
    opened[firm] = np.maximum(opened[firm], start + DAY * rng.integers(2, 40, int(firm.sum())))
    accounts = replace(accounts, opened=opened, from_at=opened)
    accounts = _at_desk(rng, places, accounts, people)
    sims = _at_desk(rng, places, sims, people)
    new_job = np.isin(people.trade, (COURIER, CALLER)) & (rng.random(people.count) < 0.15)
    sims = _begins(plan, rng, sims, np.flatnonzero(new_job))
    accounts, sims = _sleepers(plan, rng, accounts, people), _sleepers(plan, rng, sims, people)
    accounts = _intakes(plan, rng, accounts, people, organisations)
    sims = _intakes(plan, rng, sims, people, organisations)

    def numbered(mask_or_none: Ints, offset: int) -> Ints:
        out = np.full(people.count, -1)
        out[mask_or_none] = offset + np.arange(len(mask_or_none))
        return out

    return (
        accounts,
        sims,
        Wallets(
            main=everyone,
            second=numbered(np.flatnonzero(second), int(first[1])),
            payment=numbered(np.flatnonzero(pay), int(first[2])),
            sim=everyone,
            second_sim=second_sim,
            corporate=int(first[4]) + np.arange(len(companies)),
        ),
    )


def _one_class_1(accounts: Cards, places: Places) -> Ints:
    """Kinds such that nobody has two class I accounts with one bank: the later ones are class II."""
    bank = places.outlet_institution[accounts.outlet]
    order = np.lexsort((accounts.opened, bank, accounts.holder))
    order = order[accounts.kind[order] == CLASS_1]
    again = np.zeros(accounts.count, dtype=np.bool_)
    same = (accounts.holder[order][1:] == accounts.holder[order][:-1]) & (
        bank[order][1:] == bank[order][:-1]
    )
    again[order[1:][same]] = True
    return np.where(again, CLASS_2, accounts.kind)


def _begins(plan: Plan, rng: np.random.Generator, sims: Cards, new: Ints) -> Cards:
    """New couriers and desk workers begin with a SIM of that week."""
    opened = sims.opened.copy()
    opened[new] = rng.integers(0, plan.days, len(new)) * DAY + hours(
        rng, np.full(len(new), OFFICE, np.int8)
    )
    return replace(sims, opened=opened, from_at=np.maximum(opened, sims.from_at))


def _sleepers(plan: Plan, rng: np.random.Generator, cards: Cards, people: People) -> Cards:
    """Old cards that wake: those who come home from far, or start to draw a pension."""
    share = np.where(people.trade == FACTORY, 0.06, 0.02)[np.where(
        cards.holder < people.count, cards.holder, 0)]  # fmt: skip
    wakes = (rng.random(cards.count) < share * plan.days / 90) & (cards.opened < -90 * DAY)
    begins = rng.integers(0, plan.days * DAY, cards.count)
    return replace(cards, from_at=np.where(wakes, begins, cards.from_at))


def _open(
    plan: Plan, rng: np.random.Generator, places: Places, what: tuple[Ints, Ints, tuple[int, ...]]
) -> Cards:
    kind, holder, institutions = what
    outlet = pick_outlets(rng, places, institutions, len(kind))
    opened = opened_at(plan, rng, len(kind), plan.ways.openings * plan.days / 90)
    return blank(kind, holder, outlet, pick_staff(rng, places, outlet), opened)


def _intakes(
    plan: Plan, rng: np.random.Generator, cards: Cards, people: People,
    organisations: Organisations,
) -> Cards:  # fmt: skip
    """Campus starts and factory intakes: dozens of openings at one desk, the same clerk beside."""
    opened, outlet, staff, terminal, companion = (
        cards.opened.copy(), cards.outlet.copy(), cards.staff.copy(), cards.terminal.copy(),
        cards.companion.copy(),
    )  # fmt: skip
    groups = np.flatnonzero(np.isin(organisations.kind, (SCHOOL, EMPLOYER)))
    person = np.where(cards.holder < people.count, cards.holder, 0)
    joins = (cards.holder < people.count) & (cards.kind != PAY)
    joins &= np.isin(people.trade[person], (STUDENT, FACTORY))
    takes = np.where(organisations.kind[groups] == SCHOOL, 0.5, 0.15) * plan.days / 90
    for group in groups[rng.random(len(groups)) < takes]:
        mine = np.flatnonzero(joins & (people.group[person] == group))
        mine = mine[rng.random(len(mine)) < rng.uniform(0.03, 0.3)][:120]
        if len(mine) < 3:
            continue
        at = int(rng.integers(0, plan.days)) * DAY + 9 * 3_600
        opened[mine] = at + np.sort(rng.integers(0, 8 * 3_600, len(mine)))
        outlet[mine], staff[mine], terminal[mine] = (
            outlet[mine[0]],
            staff[mine[0]],
            terminal[mine[0]],
        )
        if rng.random() < 0.6:
            companion[mine] = organisations.contact[group]
    return replace(
        cards, opened=opened, from_at=np.maximum(opened, cards.from_at), outlet=outlet,
        staff=staff, terminal=terminal, companion=companion,
    )  # fmt: skip
