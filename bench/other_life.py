"""Honest life in a stranger's town: wages, shops, families, couriers, students, the old, and calls."""

from __future__ import annotations

from typing import Any

import numpy as np

from other_hours import LATE, OFFICE, each, is_, moments
from other_people import DAY, Ints, Town
from other_talk import talk


def pay(
    town: Town,
    at: Any,
    payer: Any,
    payee: Any,
    yuan: Any,
    *,
    channel: Any = "mobile",
    memo: Any = "personal",
    device: Any = None,
    illicit: bool = False,
) -> None:
    """Nothing; transfers of these sums in yuan, at least a fen each."""
    fen = np.maximum(np.rint(np.asarray(yuan, float) * 100), 1).astype(np.int64)
    if not len(fen):
        return
    town.add(
        "transfer", at=town.when(at), payer_id=each(payer, len(fen)), payee_id=each(payee, len(fen)),
        amount_fen=fen, channel=channel, memo_kind=memo, device_id=each(device, len(fen)),
        _illicit=illicit,
    )  # fmt: skip


def live(town: Town) -> None:
    """Nothing; the town's honest events are written."""
    shops = np.flatnonzero(is_(town, "trader"))
    _wages(town)
    _shopping(town, shops)
    _friends(town)
    _odd_lives(town, shops)
    talk(town)


def _wages(town: Town) -> None:
    rng, days = town.rng, town.style.days
    people = np.flatnonzero(is_(town, "worker", "gig", "migrant", "desk", "courier"))
    old = np.flatnonzero(is_(town, "elder"))
    first_firm = town.account.size - (town.firm.max() + 1)
    for first in range(int(rng.integers(0, 28)), days, 30):
        at = first * DAY + 9.5 * 3_600 + rng.random(people.size) * 5_400
        wage = rng.lognormal(8.55, 0.45, people.size)
        outside = rng.random(people.size) < 0.3
        giver = np.where(
            outside, town.outside[town.firm[people]], town.account[first_firm + town.firm[people]]
        )
        mine = town.account[town.main[people]]
        pay(town, at, giver, mine, wage, channel="web", memo="salary")
        swept = rng.random(people.size) < 0.15
        pay(
            town,
            at[swept] + rng.exponential(4_000, swept.sum()),
            mine[swept],
            _second(town, people[swept]),
            wage[swept] * 0.93,
        )
        rent = rng.random(people.size) < 0.25
        pay(
            town,
            at[rent] + DAY * rng.random(rent.sum()),
            mine[rent],
            town.account[town.main[(people[rent] * 7) % 40]],
            rng.lognormal(7.3, 0.4, rent.sum()),
            memo="rent",
        )
        due = rng.random(people.size) < 0.5
        pay(
            town,
            at[due] + 3 * DAY * rng.random(due.sum()),
            mine[due],
            "MERCHANT:power",
            rng.lognormal(4.8, 0.5, due.sum()),
            memo="utility",
        )
        pay(
            town,
            first * DAY + 7 * 3_600 + rng.random(old.size) * 900,
            town.outside[np.zeros(old.size, int)],
            town.account[town.main[old]],
            rng.lognormal(8.0, 0.3, old.size),
            channel="web",
            memo="pension",
        )


def _second(town: Town, people: Ints) -> Any:
    """Another card of the same holder, or one of theirs elsewhere."""
    nxt = town.main[people] + 1
    same = town.holder[np.minimum(nxt, town.holder.size - 1)] == people
    return np.where(
        same, town.account[np.minimum(nxt, town.holder.size - 1)], town.outside[-people - 1]
    )


def _shopping(town: Town, shops: Ints) -> None:
    rng, s = town.rng, town.style
    rate = s.pays_a_day * rng.lognormal(-0.3, 0.8, s.people) * np.where(is_(town, "elder"), 0.35, 1)
    who = np.repeat(np.arange(s.people), rng.poisson(rate * s.days))
    size = who.size
    at = np.where(
        np.isin(who, np.flatnonzero(is_(town, "gig"))),
        moments(town, size, LATE),
        moments(town, size),
    )
    own = rng.random(size) < 0.35
    # a shop is an account with a QR code; the others are named merchants elsewhere
    share = 1 / (1 + np.arange(shops.size)) ** 0.8
    here = town.account[town.main[shops[rng.choice(shops.size, size, p=share / share.sum())]]]
    names = np.array([f"MERCHANT:m{k}" for k in range(150)], object)
    there = names[np.minimum(rng.zipf(1.5, size), 150) - 1]
    card = town.main[who] + (rng.random(size) < 0.15) * (
        town.holder[np.minimum(town.main[who] + 1, town.holder.size - 1)] == who
    )
    channel = rng.choice(["qr", "pos", "third_party", "mobile"], size, p=[0.55, 0.1, 0.25, 0.1])
    yuan = rng.lognormal(*s.yuan, size)
    pay(
        town,
        at,
        town.account[card],
        np.where(own, here, there),
        yuan,
        channel=channel,
        memo="purchase",
        device=town.device[who],
    )
    back = rng.random(size) < 0.01
    pay(
        town,
        at[back] + rng.exponential(2 * DAY, back.sum()),
        np.where(own, here, there)[back],
        town.account[card][back],
        yuan[back],
        memo="refund",
        channel="third_party",
    )
    # shops buy stock and pay themselves, most evenings
    for shop in shops:
        days = np.flatnonzero(rng.random(s.days) < 0.4)
        mine = np.full(days.size, town.account[town.main[shop]], object)
        pay(
            town,
            days * DAY + 20.5 * 3_600 + rng.random(days.size) * 7_000,
            mine,
            town.outside[10 + rng.integers(0, 60, days.size)],
            rng.lognormal(6.6, 0.8, days.size),
            memo="purchase",
            device=town.device[shop],
        )
        deposit = days[rng.random(days.size) < 0.2]
        pay(
            town,
            deposit * DAY + 17 * 3_600 + rng.random(deposit.size) * 3_000,
            np.full(deposit.size, "CASH", object),
            mine[: deposit.size],
            rng.lognormal(7, 0.6, deposit.size),
            channel="counter",
            memo="other",
        )


def _friends(town: Town) -> None:
    rng, s = town.rng, town.style
    who = np.repeat(
        np.arange(s.people),
        rng.poisson(s.pays_a_day * 0.3 * rng.lognormal(-0.3, 0.9, s.people) * s.days),
    )
    whom = town.contacts[who, np.minimum(rng.geometric(0.18, who.size) - 1, 17)]
    at = moments(town, who.size)
    yuan = np.where(
        rng.random(who.size) < 0.3,
        rng.choice([20, 50, 66, 100, 200, 520, 1_000], who.size),
        rng.lognormal(s.yuan[0] + 1, 1.2, who.size),
    )
    elsewhere = rng.random(who.size) < 0.4
    to = np.where(elsewhere, town.outside[whom], town.account[town.main[whom]])
    pay(town, at, town.account[town.main[who]], to, yuan, device=town.device[who])
    come = rng.random(who.size) < 0.5
    pay(
        town,
        at[come] + rng.exponential(DAY, come.sum()),
        town.outside[whom[come]],
        town.account[town.main[who[come]]],
        yuan[come] * rng.choice([1, 0.5, 2], come.sum()),
    )
    cash = np.repeat(np.arange(s.people), rng.poisson(0.012 * s.days, s.people))
    pay(
        town,
        moments(town, cash.size),
        town.account[town.main[cash]],
        np.full(cash.size, "CASH", object),
        rng.choice([200, 500, 1_000, 2_000, 5_000], cash.size),
        channel="atm",
        memo="other",
    )


def _odd_lives(town: Town, shops: Ints) -> None:
    """Whoever looks like a mule and is none: group buyers, second-hand sellers, big purchases, tests."""
    rng, s = town.rng, town.style
    del shops
    n = s.people
    for leader in rng.choice(n, max(n // 150, 3), replace=False):
        for day in rng.integers(0, s.days, max(s.days // 15, 1)):
            k = int(rng.integers(8, 35))
            at = day * DAY + 19 * 3_600 + rng.random(k) * 9_000
            price = np.full(k, rng.integers(15, 90) + 0.9)
            pay(
                town,
                at,
                _mixed(town, k),
                np.full(k, town.account[town.main[leader]], object),
                price,
                channel="qr",
            )
            pay(
                town,
                at[-1:] + 15_000,
                town.account[town.main[[leader]]],
                town.outside[rng.integers(70, 200, 1)],
                price[:1] * k * 0.94,
            )
    for seller in rng.choice(n, max(n // 60, 5), replace=False):
        k = int(rng.poisson(s.days / 6)) + 1
        pay(
            town,
            moments(town, k, LATE),
            _mixed(town, k),
            np.full(k, town.account[town.main[seller]], object),
            rng.lognormal(5.5, 1.1, k),
            channel="third_party",
        )
    # a car, a flat, a debt repaid: much money comes and goes at once, on one day of one's life
    for owner in rng.choice(n, max(n // 80, 5), replace=False):
        at = moments(town, 1, OFFICE)
        sums = rng.lognormal(10.6, 0.7, 1)
        k = int(rng.integers(1, 4))
        mine = town.account[town.main[[owner]]]
        pay(
            town,
            np.repeat(at, k) + rng.random(k) * 3_600,
            town.outside[rng.integers(0, 3 * n, k)],
            np.repeat(mine, k),
            np.repeat(sums / k, k),
        )
        pay(
            town,
            at + rng.exponential(9_000, 1) + 3_600,
            mine,
            town.outside[rng.integers(200, 3 * n, 1)],
            sums * 0.99,
            channel="counter",
            memo="other",
        )
    tested = rng.choice(n, n // 12, replace=False)
    pay(
        town,
        moments(town, tested.size),
        town.outside[np.full(tested.size, 5)],
        town.account[town.main[tested]],
        np.full(tested.size, 0.01),
        channel="third_party",
        memo="other",
    )


def _mixed(town: Town, k: int) -> Any:
    """Payers of whom some have their card here and some elsewhere."""
    rng, n = town.rng, town.style.people
    return np.where(
        rng.random(k) < 0.5,
        town.account[town.main[rng.integers(0, n, k)]],
        town.outside[rng.integers(0, 3 * n, k)],
    )
