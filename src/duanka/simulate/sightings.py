"""Everyday sightings: SIMs in handsets and accounts logged in, from home, campus, kiosk and abroad."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate import people as who
from duanka.simulate.journal import Sightings, join, rows
from duanka.simulate.people import NEVER, device_at, region_at
from duanka.simulate.rhythm import DAY, OFFICE, moments
from duanka.simulate.scene import KIOSKS, Scene

if TYPE_CHECKING:
    from duanka.simulate.rhythm import Ints

# Networks: homes by household, then carriers, campuses and firms, branches, cafes, foreign ones.
CARRIERS = 10_000_000
CARRIER_COUNT = 400
GROUPS = 11_000_000
BRANCHES = 12_000_000
CAFES = 13_000_000
CAFE_COUNT = 600
FOREIGN = 14_000_000
RING_NETWORKS = 15_000_000


def networks(scene: Scene, rng: np.random.Generator, person: Ints) -> Ints:
    """Where each person went online: home, mobile network, campus or office, or a cafe."""
    u = rng.random(len(person))
    group = scene.people.group[person]
    home = scene.people.household[person]
    carrier = CARRIERS + (person * 7 + (u * 1_000).astype(np.int64)) % CARRIER_COUNT
    chosen = np.where(u < 0.4, home, carrier)
    chosen = np.where((u > 0.7) & (group >= 0), GROUPS + group, chosen)
    return np.where(u > 0.96, CAFES + (u * 1e7).astype(np.int64) % CAFE_COUNT, chosen)


def everyday_sightings(scene: Scene, rng: np.random.Generator) -> Sightings:
    """A town's ordinary sightings of cards on devices."""
    return join(Sightings, [_seen(scene, rng), _counters(scene, rng), _changes(scene, rng)])


def _seen(scene: Scene, rng: np.random.Generator) -> Sightings:
    people, plan, w = scene.people, scene.plan, scene.wallets
    scale = plan.days / 90
    sim_person = np.repeat(np.arange(people.count), rng.poisson(3.2 * scale, people.count))
    second = w.second_sim[sim_person]
    sim = np.where((second >= 0) & (rng.random(len(sim_person)) < 0.35), second, w.sim[sim_person])
    login = np.repeat(np.arange(people.count), rng.poisson(4.6 * scale * people.lively))
    u = rng.random(len(login))
    account = np.where((u < 0.4) & (w.payment[login] >= 0), w.payment[login], w.main[login])
    account = np.where((u > 0.8) & (w.second[login] >= 0), w.second[login], account)
    # Clerks log in for their company.
    desks = np.repeat(np.arange(len(w.corporate)), rng.poisson(6 * scale, len(w.corporate)))
    clerk = scene.organisations.contact[desks]
    person = np.concatenate([sim_person, login, clerk])
    at = moments(rng, plan.start, plan.days, people.way[person])
    region = region_at(people, person, at)
    network = networks(scene, rng, person)
    # A few use foreign addresses at home.
    away = region < 0
    tunnel = rng.random(len(person)) < 0.004
    return rows(
        Sightings, len(person), at=at, card=np.concatenate([sim, account, w.corporate[desks]]),
        sim=np.arange(len(person)) < len(sim), device=device_at(people, person, at), region=region,
        network=np.where(away | tunnel, FOREIGN + person % 997, network), abroad=away | tunnel,
    )  # fmt: skip


def _counters(scene: Scene, rng: np.random.Generator) -> Sightings:
    """Branch kiosks serve hundreds of accounts; a repairer's handset tries many SIMs."""
    people, plan, w = scene.people, scene.plan, scene.wallets
    count = int(people.count * 0.08 * plan.days / 90)
    person = rng.integers(0, people.count, count)
    outlet = scene.accounts.outlet[w.main[person]]
    at = moments(rng, plan.start, plan.days, np.full(count, OFFICE, np.int8))
    kiosk = rows(
        Sightings, count, at=at, card=w.main[person], device=KIOSKS + outlet,
        region=scene.places.outlet_region[outlet], network=BRANCHES + outlet,
    )  # fmt: skip
    shops = np.flatnonzero(people.trade == who.REPAIRER)
    tries = rng.integers(0, people.count, len(shops) * int(30 * plan.days / 90))
    shop = np.repeat(shops, int(30 * plan.days / 90))
    bench = rows(
        Sightings, len(tries), at=moments(rng, plan.start, plan.days, np.full(len(tries), OFFICE, np.int8)),
        sim=True, card=w.sim[tries], device=people.new_device[shop], region=people.here[shop],
        network=people.household[shop],
    )  # fmt: skip
    return join(Sightings, [kiosk, bench])


def _changes(scene: Scene, rng: np.random.Generator) -> Sightings:
    """An upgrade: the SIM and the accounts appear on the new handset within hours."""
    people, w = scene.people, scene.wallets
    person = np.flatnonzero(people.new_device_at < min(NEVER, scene.seconds))
    parts = []
    for cards, sim in ((w.sim, True), (w.main, False), (w.payment, False)):
        mine = person[cards[person] >= 0]
        at = people.new_device_at[mine] + rng.integers(60, DAY, len(mine))
        parts.append(
            rows(
                Sightings,
                len(mine),
                at=at,
                sim=sim,
                card=cards[mine],
                device=people.new_device[mine],
                region=region_at(people, mine, at),
                network=networks(scene, rng, mine),
            )
        )
    return join(Sightings, parts)
