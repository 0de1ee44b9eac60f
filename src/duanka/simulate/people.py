"""Who lives in the town: ages, trades, households, employers, schools, journeys, handsets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from duanka.simulate.places import LOCAL_REGIONS, REGIONS
from duanka.simulate.rhythm import DAY, EARLY, NIGHT, ORDINARY, SHOP, YOUNG

if TYPE_CHECKING:
    from duanka.simulate.plan import Plan
    from duanka.simulate.rhythm import Flags, Floats, Ints

TRADES = (
    "employee", "student", "factory", "retired", "courier", "caller", "merchant", "driver",
    "owner", "streamer", "otc", "groupbuy", "landlord", "homemaker", "gamer", "repairer", "agent",
    "expatriate",
)  # fmt: skip
(EMPLOYEE, STUDENT, FACTORY, RETIRED, COURIER, CALLER, MERCHANT, DRIVER, OWNER, STREAMER, OTC,
 GROUPBUY, LANDLORD, HOMEMAKER, GAMER, REPAIRER, AGENT, EXPATRIATE) = range(len(TRADES))  # fmt: skip
_INCOME = np.array([7000, 1500, 5500, 3000, 6500, 5000, 9000, 7500, 30000, 9000, 12000, 5000, 8000,
                    1200, 2500, 8000, 6000, 12000], dtype=float)  # fmt: skip
SCHOOL, EMPLOYER, FIRM, AUTHORITY, CHARITY, PLATFORM = range(6)
NEVER = 1 << 40
DESKS = 4_000_000  # handsets of service desks, shared by those who sit there


@dataclass(frozen=True)
class People:
    """One row a person; instants are seconds from the first midnight, NEVER where there is none."""

    birth_year: Ints
    home: Ints
    here: Ints
    trade: Ints
    way: npt.NDArray[np.int8]
    income: Floats
    household: Ints
    group: Ints  # the organisation that pays or teaches, or -1
    trip_from: Ints
    trip_to: Ints
    trip_region: Ints
    abroad: Flags  # the journey leaves the country
    device: Ints
    second_device: Ints  # -1 where there is none
    new_device: Ints
    new_device_at: Ints
    lively: Floats  # how much this person moves and speaks

    @property
    def count(self) -> int:
        return len(self.birth_year)


@dataclass(frozen=True)
class Organisations:
    """One row a company, school or authority of the town."""

    kind: Ints
    legal_person: Ints
    registered: Ints  # seconds from the first midnight, mostly negative
    region: Ints
    contact: Ints  # the person whose phone number is given


def _trades(plan: Plan, rng: np.random.Generator) -> Ints:
    ways = plan.ways
    share = np.zeros(len(TRADES))
    share[[STUDENT, RETIRED, COURIER, CALLER, MERCHANT]] = (
        ways.student, ways.retired, ways.courier, ways.caller, ways.merchant)  # fmt: skip
    share[[FACTORY, DRIVER, OWNER, STREAMER, OTC, GROUPBUY, LANDLORD, HOMEMAKER]] = (
        0.12, 0.015, 0.012, 0.003, 0.0008, 0.004, 0.01, 0.1)  # fmt: skip
    share[[GAMER, REPAIRER, AGENT, EXPATRIATE]] = (0.004, 0.0008, 0.003, 0.004)
    share[EMPLOYEE] = 1 - share.sum()
    return np.asarray(rng.choice(len(TRADES), plan.people, p=share / share.sum()))


def _ages(rng: np.random.Generator, trade: Ints) -> Ints:
    age = 18 + rng.gamma(3.2, 7.5, len(trade))
    age[np.isin(trade, (STUDENT, GAMER))] = rng.uniform(15, 25, len(trade))[
        np.isin(trade, (STUDENT, GAMER))
    ]
    old = trade == RETIRED
    age[old] = rng.normal(69, 7, int(old.sum()))
    return np.clip(age, 14, 97).astype(np.int64)


def _way(plan: Plan, rng: np.random.Generator, trade: Ints) -> npt.NDArray[np.int8]:
    way = np.full(len(trade), ORDINARY, np.int8)
    way[trade == RETIRED] = EARLY
    way[np.isin(trade, (STUDENT, GAMER))] = YOUNG
    way[np.isin(trade, (MERCHANT, COURIER, GROUPBUY))] = SHOP
    way[np.isin(trade, (STREAMER, OTC))] = NIGHT
    way[rng.random(len(trade)) < plan.ways.night] = NIGHT
    return way


def _households(rng: np.random.Generator, count: int) -> Ints:
    sizes = rng.choice([1, 2, 3, 4, 5], count, p=[0.25, 0.3, 0.25, 0.13, 0.07])
    household = np.repeat(np.arange(count), sizes)[:count]
    return np.asarray(household[rng.permutation(count)])


def _journeys(plan: Plan, rng: np.random.Generator, trade: Ints) -> tuple[Ints, Ints, Ints, Flags]:
    count = len(trade)
    away = rng.random(count) < plan.ways.roaming
    expatriate = trade == EXPATRIATE
    leave = rng.integers(0, plan.days * DAY, count)
    back = leave + (rng.gamma(1.3, 4.0, count) * DAY).astype(np.int64) + DAY // 2
    leave = np.where(expatriate, -1, np.where(away, leave, NEVER))
    back = np.where(expatriate, NEVER, np.where(away, back, NEVER))
    abroad = expatriate | (away & (rng.random(count) < 0.04))
    return leave, back, rng.integers(0, len(REGIONS), count), abroad


def build_people(plan: Plan, rng: np.random.Generator) -> tuple[People, Organisations]:
    """The people of a town and the organisations that employ, teach and pay them."""
    count = plan.people
    trade = _trades(plan, rng)
    organisations = _organisations(plan, rng)
    leave, back, region, abroad = _journeys(plan, rng, trade)
    here = rng.integers(0, LOCAL_REGIONS, count)
    local = rng.random(count) < np.where(np.isin(trade, (FACTORY, COURIER, DRIVER)), 0.35, 0.75)
    household = _households(rng, count)
    # A handset of one's own; about one person in fifteen shares that of the household.
    device = np.arange(count)
    first = np.full(count, -1)
    first[household[::-1]] = np.arange(count)[::-1]
    shared = rng.random(count) < np.where(trade == RETIRED, 0.18, 0.05)
    device = np.where(shared, first[household], device)
    second = np.where(rng.random(count) < 0.12, count + np.arange(count), -1)
    group = _groups(rng, trade, organisations)
    desk = (trade == CALLER) & (group >= 0) & (rng.random(count) < 0.5)
    device = np.where(desk, DESKS + group * 16 + np.arange(count) % 6, device)
    upgrade = rng.random(count) < 0.1 * plan.days / 90
    income = _INCOME[trade] * np.exp(rng.normal(0, 0.55, count))
    people = People(
        birth_year=plan.start.year - _ages(rng, trade),
        home=np.where(local, here, rng.integers(LOCAL_REGIONS, len(REGIONS), count)),
        here=here,
        trade=trade,
        way=_way(plan, rng, trade),
        income=income,
        household=household,
        group=group,
        trip_from=leave, trip_to=back, trip_region=region, abroad=abroad,
        device=device,
        second_device=second,
        new_device=2 * count + np.arange(count),
        new_device_at=np.where(upgrade, rng.integers(0, plan.days * DAY, count), NEVER),
        lively=np.exp(rng.normal(-0.25, 0.7, count)),
    )  # fmt: skip
    return people, organisations


def _organisations(plan: Plan, rng: np.random.Generator) -> Organisations:
    employers = max(4, plan.people // 90)
    firms = max(4, plan.people // 60)
    kind = np.repeat(
        [SCHOOL, EMPLOYER, FIRM, AUTHORITY, CHARITY, PLATFORM],
        [max(1, plan.people // 5_000), employers, firms, 2, 2, 4],
    )
    count = len(kind)
    legal = rng.integers(0, plan.people, count)
    contact = np.where(rng.random(count) < 0.7, legal, rng.integers(0, plan.people, count))
    # Registration agents and incubators: one honest contact for many firms.
    agents = rng.integers(0, plan.people, max(1, firms // 60))
    hosted = (kind == FIRM) & (rng.random(count) < 0.2)
    contact[hosted] = rng.choice(agents, int(hosted.sum()))
    serial = (kind == FIRM) & (rng.random(count) < 0.15)
    legal[serial] = rng.choice(legal[kind == FIRM], int(serial.sum()))
    age = rng.gamma(1.2, 1_500 * DAY, count).astype(np.int64)
    young = (kind == FIRM) & (rng.random(count) < 0.06)
    age[young] = rng.integers(-plan.days * DAY * 6 // 10, 120 * DAY, int(young.sum()))
    return Organisations(
        kind=kind,
        legal_person=legal,
        registered=-age,
        region=rng.integers(0, LOCAL_REGIONS, count),
        contact=contact,
    )


def _groups(rng: np.random.Generator, trade: Ints, organisations: Organisations) -> Ints:
    group = np.full(len(trade), -1)
    schools = np.flatnonzero(organisations.kind == SCHOOL)
    employers = np.flatnonzero(organisations.kind == EMPLOYER)
    size = rng.pareto(1.1, len(employers)) + 0.3
    students = np.isin(trade, (STUDENT, GAMER))
    group[students] = rng.choice(schools, int(students.sum()))
    paid = np.isin(trade, (EMPLOYEE, FACTORY, CALLER)) & (rng.random(len(trade)) < 0.93)
    paid |= (trade == DRIVER) & (rng.random(len(trade)) < 0.4)
    group[paid] = rng.choice(employers, int(paid.sum()), p=size / size.sum())
    return group


def region_at(people: People, person: Ints, at: Ints) -> Ints:
    """Where each person was, as a number into REGIONS; -1 abroad."""
    away = (at >= people.trip_from[person]) & (at < people.trip_to[person])
    # Work, school and market lie in other counties now and then.
    errand = (person * 13 + at // (DAY // 4) * 7) % 6 == 0
    near = (people.here[person] + 1 + (person + at // DAY) % 3) % LOCAL_REGIONS
    # A driver's region changes with the half-day; a mix of the numbers stands in for the road.
    road = (people.trade[person] == DRIVER) & ((person * 7 + at // (DAY // 2) * 5) % 3 > 0)
    there = (person * 31 + at // (DAY // 2) * 17) % len(REGIONS)
    region = np.where(road, there, np.where(errand, near, people.here[person]))
    region = np.where(away, people.trip_region[person], region)
    return np.where(away & people.abroad[person], -1, region)


def device_at(people: People, person: Ints, at: Ints) -> Ints:
    """The handset that each person used; a second one now and then."""
    main = np.where(
        at >= people.new_device_at[person], people.new_device[person], people.device[person]
    )
    other = (people.second_device[person] >= 0) & ((person + at // 7_200) % 5 == 0)
    return np.where(other, people.second_device[person], main)
