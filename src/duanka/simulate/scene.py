"""The town before anything happens, and the numbers by which outsiders are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from duanka.simulate.cards import Cards, Wallets
    from duanka.simulate.people import Organisations, People
    from duanka.simulate.places import Places
    from duanka.simulate.plan import Plan
    from duanka.simulate.rhythm import Ints

# Accounts and SIMs of outsiders have numbers from OUTSIDE on; reserved payees follow.
OUTSIDE = 10_000_000
OUTSIDERS = 400_000
SERVICES = OUTSIDE + OUTSIDERS  # service numbers that send codes and notices
SERVICE_COUNT = 300
CASH = 20_000_000
MERCHANTS = 21_000_000
MERCHANT_COUNT = 20_000
OVERSEAS = 22_000_000
OVERSEAS_COUNT = 200
CRYPTO = 23_000_000
CRYPTO_COUNT = 200
# Devices: three blocks of people (own, second, new), then machines, then those of rings.
ATMS = 5_000_000
KIOSKS = 5_100_000
RING_DEVICES = 6_000_000


@dataclass(frozen=True)
class Scene:
    """Everything that is known before the first event."""

    plan: Plan
    people: People
    organisations: Organisations
    places: Places
    accounts: Cards
    sims: Cards
    wallets: Wallets

    @property
    def seconds(self) -> int:
        return self.plan.days * 86_400


def outsiders(rng: np.random.Generator, count: int, *, spread: float = 1.0) -> Ints:
    """Cards of other institutions; a few are met often, most once."""
    draw = np.minimum(rng.pareto(0.7 * spread, count) * 40, OUTSIDERS).astype(np.int64)
    far = draw >= OUTSIDERS
    draw[far] = rng.integers(0, OUTSIDERS, int(far.sum()))
    # Scatter the ranks so that popularity does not follow the number.
    return OUTSIDE + (draw * 7_919 + 13) % OUTSIDERS


def merchants(rng: np.random.Generator, count: int) -> Ints:
    """Shops with merchant numbers, a few of them busy."""
    draw = np.minimum(rng.pareto(0.6, count) * 25, 1e9).astype(np.int64)
    return MERCHANTS + (draw * 6_007 + 5) % MERCHANT_COUNT


def holder_person(scene: Scene, account: Ints) -> Ints:
    """The person behind each account of the town: its holder, or a company's contact."""
    holder = scene.accounts.holder[account]
    count = scene.people.count
    firm = holder >= count
    contact = scene.organisations.contact[np.where(firm, holder - count, 0)]
    return np.where(firm, contact, holder)
