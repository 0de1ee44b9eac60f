"""Three towns by a third hand: farmers with a co-operative, small wholesalers, students; their lives and their rings' ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from other_hours import LATE, OFFICE, moments
from other_life import pay
from other_people import DAY, Town
from other_ways import HOUR, Ring, token

if TYPE_CHECKING:
    from collections.abc import Callable

KEEPS = 0.03


def _own(town: Town, person: Any) -> Any:
    return town.account[town.main[person]]


def harvest(town: Town) -> None:
    """A co-operative's account takes buyers' money for weeks and pays each farmer; seed and wages go out before."""
    rng, s = town.rng, town.style
    farmers = rng.permutation(s.people)[: s.people // 2]
    heads = farmers[: max(s.people // 400, 3)]
    for head, group in zip(heads, np.array_split(farmers, len(heads)), strict=True):
        begin = rng.uniform(0.2, 0.7) * s.days
        for day in begin + np.arange(int(rng.integers(3, 12))) * rng.uniform(1, 3):
            if day > s.days - 2:
                break
            k = int(rng.integers(4, 25))
            share = rng.lognormal(7.9, 0.7, k)
            at = np.full(1, np.floor(day) * DAY + rng.uniform(9, 16) * HOUR)
            pay(
                town,
                at,
                town.outside[rng.integers(0, 300, 1)],
                [_own(town, head)],
                [share.sum() * 1.02],
            )
            who = rng.choice(group, k)
            pay(
                town, at + HOUR * rng.uniform(0.5, 9, k), np.full(k, _own(town, head), object),
                _own(town, who), share, memo="other",
            )  # fmt: skip
    for person in farmers[::3]:  # seed and feed on credit, paid in one go after the sale
        pay(
            town, moments(town, 1, OFFICE), [_own(town, person)], ["MERCHANT:seed"],
            rng.lognormal(7.5, 0.6, 1), memo="purchase",
        )  # fmt: skip


def sent_home(town: Town) -> None:
    """Who works away sends most of a wage to kin on the day it comes; kin draw it in cash at the counter."""
    rng, s = town.rng, town.style
    away = rng.choice(s.people, s.people // 5, replace=False)
    for first in range(int(rng.integers(0, 28)), s.days - 1, 30):
        at = first * DAY + 10 * HOUR + rng.random(away.size) * 8 * HOUR
        sums = rng.lognormal(8.2, 0.4, away.size)
        pay(town, at, town.outside[away], _own(town, away), sums, memo="salary", channel="web")
        kin = town.contacts[away, 0]
        pay(
            town,
            at + HOUR * rng.exponential(3, away.size),
            _own(town, away),
            _own(town, kin),
            sums * 0.8,
        )
        cash = rng.random(away.size) < 0.4
        pay(
            town, at[cash] + DAY * rng.uniform(0.5, 1, int(cash.sum())), _own(town, kin[cash]), "CASH",
            sums[cash] * 0.6, channel="counter", memo="other",
        )  # fmt: skip


def stalls(town: Town) -> None:
    """Wholesalers take buyers' money all day, many of them new, and by night have paid nearly all to suppliers."""
    rng, s = town.rng, town.style
    for seller in rng.choice(s.people, s.people // 12, replace=False):
        custom = rng.integers(0, 3 * s.people, 30)
        suppliers = town.outside[rng.integers(0, 400, 4)]
        for day in np.flatnonzero(rng.random(s.days) < rng.uniform(0.1, 0.6)):
            k = int(rng.integers(1, 9))
            new = rng.random(k) < 0.4
            who = np.where(new, rng.integers(0, 3 * s.people, k), rng.choice(custom, k))
            sums = rng.lognormal(7.0, 1.0, k)
            at = day * DAY + rng.uniform(6, 17, k) * HOUR
            mine = _own(town, seller)
            pay(
                town,
                at,
                town.outside[who],
                np.full(k, mine, object),
                sums,
                channel="qr",
                memo="purchase",
            )
            pay(
                town, [day * DAY + rng.uniform(17.2, 22) * HOUR], [mine], rng.choice(suppliers, 1),
                [sums.sum() * rng.uniform(0.8, 1.0)], memo="purchase", device=town.device[seller],
            )  # fmt: skip


def lodgings(town: Town) -> None:
    """Who lets rooms is paid by a dozen at once and pays the owner; students' odd jobs and clubs pay by QR."""
    rng, s = town.rng, town.style
    for host in rng.choice(s.people, max(s.people // 200, 4), replace=False):
        rooms = rng.integers(0, s.people, int(rng.integers(6, 20)))
        rent = float(rng.choice([400, 600, 850, 1_200]))
        for first in range(int(rng.integers(0, 28)), s.days - 2, 30):
            at = first * DAY + rng.uniform(8, 23, rooms.size) * HOUR
            pay(
                town,
                at,
                _own(town, rooms),
                np.full(rooms.size, _own(town, host), object),
                np.full(rooms.size, rent),
                memo="rent",
            )
            pay(
                town,
                [at.max() + HOUR * rng.uniform(1, 20)],
                [_own(town, host)],
                town.outside[[host]],
                [rent * rooms.size * 0.9],
            )
    for club in rng.choice(s.people, max(s.people // 100, 5), replace=False):
        k = int(rng.integers(10, 60))
        at = np.sort(moments(town, 1, LATE)[0] + rng.uniform(0, 2 * DAY, k))
        at = at[at < s.days * DAY - 2 * DAY]
        pay(
            town,
            at,
            _own(town, rng.integers(0, s.people, at.size)),
            np.full(at.size, _own(town, club), object),
            np.full(at.size, 35.0),
            channel="qr",
        )
        if at.size:
            pay(
                town,
                at[-1:] + DAY * rng.random(1),
                [_own(town, club)],
                ["MERCHANT:hall"],
                [at.size * 33.0],
                memo="purchase",
            )
    workers = rng.choice(s.people, s.people // 6, replace=False)
    k = rng.poisson(s.days / 12, workers.size)
    who = np.repeat(workers, k)
    pay(
        town,
        moments(town, who.size, LATE),
        town.outside[rng.integers(0, 500, who.size)],
        _own(town, who),
        rng.choice([80, 120, 150, 200, 260], who.size),
    )


def slow_relay(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """Rests a day and more, then part to the next card and part in shops; never round, never at once."""
    rng = town.rng
    when, left = at + rng.uniform(0.8, 2.5) * DAY, yuan
    end = town.style.days * DAY - HOUR
    nxt = ring.collectors[ring.used % len(ring.collectors)]
    for part in (0.55, 0.3, 0.12):
        if when > end:
            return
        shopped = rng.random() < 0.4
        to = f"MERCHANT:m{int(rng.integers(0, 60))}" if shopped else town.account[nxt]
        token(
            town,
            when,
            town.account[mule],
            to,
            left * part * rng.uniform(0.97, 1),
            memo="purchase" if shopped else "personal",
        )
        if not shopped:
            town.spoil("account", nxt, when)
            out = when + rng.uniform(3, 30) * HOUR
            if out < end:
                token(
                    town,
                    out,
                    town.account[nxt],
                    "CASH",
                    np.floor(left * part / 100) * 100,
                    channel="atm",
                    memo="other",
                )
        when += rng.uniform(4, 20) * HOUR


def as_goods(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """As a wholesaler's takings: other buyers' money comes beside, all leaves for one supplier before night."""
    rng = town.rng
    k = int(rng.integers(1, 5))
    beside = rng.lognormal(6.8, 0.6, k)
    pay(
        town, at + rng.uniform(-2, 1.5, k) * HOUR, town.outside[rng.integers(0, 3 * town.style.people, k)],
        np.full(k, town.account[mule], object), beside, channel="qr", memo="purchase",
    )  # fmt: skip
    token(
        town, at + rng.uniform(1.6, 4) * HOUR, town.account[mule], town.outside[1_700 + ring.number],
        (yuan + beside.sum()) * (1 - KEEPS), memo="purchase", device=town.device[town.holder[mule]],
    )  # fmt: skip


def lent(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """A classmate's card for an evening: coins are bought in three goes, and the card is given back."""
    rng = town.rng
    for n, part in enumerate(rng.dirichlet(np.full(3, 6.0))):
        token(
            town, at + (n + 1) * rng.uniform(300, 1_800), town.account[mule], f"CRYPTO:{ring.number}",
            yuan * (1 - KEEPS) * part, channel="third_party", memo="other",
            device=town.device[town.holder[mule]] if rng.random() < 0.5 else ring.handsets[1],
        )  # fmt: skip


LIVES: dict[str, Callable[[Town], None]] = {
    "harvest": harvest, "sent_home": sent_home, "stalls": stalls, "lodgings": lodgings,
}  # fmt: skip
TRADE_WAYS: dict[str, Callable[[Town, Ring, int, float, float], None]] = {
    "slow_relay": slow_relay, "as_goods": as_goods, "lent": lent,
}  # fmt: skip
