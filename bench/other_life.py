"""Honest life in a stranger's town: wages, shops, families, couriers, students, the old, and calls."""

from __future__ import annotations

from typing import Any

import numpy as np

from other_people import DAY, KINDS, Ints, Town

BUSY = np.array(
    [1, 1, 0, 0, 0, 1, 3, 6, 9, 10, 10, 11, 12, 9, 9, 9, 9, 11, 13, 13, 11, 8, 5, 2], float
)
LATE = np.array([8, 7, 6, 4, 3, 1, 1, 1, 2, 3, 4, 5, 6, 5, 5, 5, 6, 7, 9, 10, 11, 11, 10, 9], float)
OFFICE = np.array([0] * 8 + [3, 8, 9, 8, 3, 6, 8, 8, 7, 4] + [1] * 3 + [0] * 3, float)


def moments(town: Town, size: int, hours: np.ndarray[Any, Any] = BUSY) -> np.ndarray[Any, Any]:
    """Seconds since the beginning, spread over the days by the hours people keep."""
    rng = town.rng
    hour = rng.choice(24, size, p=hours / hours.sum())
    return rng.integers(0, town.style.days, size) * DAY + (hour + rng.random(size)) * 3_600


def is_(town: Town, *kinds: str) -> np.ndarray[Any, Any]:
    """Which people are of these kinds."""
    return np.isin(town.kind, [KINDS.index(k) for k in kinds])


def each(value: Any, size: int) -> np.ndarray[Any, Any]:
    """One value a row, a single one standing for all."""
    return np.broadcast_to(np.asarray(value, object), (size,)).copy()


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


def call(
    town: Town,
    at: Any,
    caller: Any,
    callee: Any,
    seconds: Any,
    *,
    device: Any,
    answered: Any = True,
    illicit: bool = False,
) -> None:
    """Nothing; calls; one that nobody answered lasts no second."""
    length = np.where(answered, np.rint(seconds), 0).astype(np.int64)
    if not len(length):
        return
    town.add(
        "call", at=town.when(at), caller_id=each(caller, len(length)), callee_id=each(callee, len(length)),
        duration_s=length, answered=np.broadcast_to(answered, length.shape).copy(), device_id=each(device, len(length)), _illicit=illicit,
    )  # fmt: skip


def live(town: Town) -> None:
    """Nothing; the town's honest events are written."""
    shops = np.flatnonzero(is_(town, "trader"))
    _wages(town)
    _shopping(town, shops)
    _friends(town)
    _odd_lives(town, shops)
    _calls(town)
    _messages(town)
    _handsets(town)


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


def _calls(town: Town) -> None:
    rng, s = town.rng, town.style
    rate = (
        s.calls_a_day * rng.lognormal(-0.3, 0.8, s.people) * np.where(is_(town, "student"), 0.4, 1)
    )
    who = np.repeat(np.arange(s.people), rng.poisson(rate * s.days))
    whom = town.contacts[who, np.minimum(rng.geometric(0.22, who.size) - 1, 17)]
    flip = rng.random(who.size) < 0.5
    a, b = np.where(flip, whom, who), np.where(flip, who, whom)
    there = rng.random(who.size) < 0.35
    outside = np.array([f"T{x}" for x in town.outside[: s.people]], object)
    caller = np.where(there & flip, outside[whom], town.sim[a])
    callee = np.where(there & ~flip, outside[whom], town.sim[b])
    call(
        town,
        moments(town, who.size),
        caller,
        callee,
        rng.lognormal(3.9, 1.0, who.size) + 1,
        device=np.where(there & flip, None, town.device[a]),
        answered=rng.random(who.size) < 0.78,
    )
    # deliveries, call centres, estate agents: many strangers, few calls back
    for kind, a_day, hours in (("courier", 25, BUSY), ("desk", 30, OFFICE), ("trader", 2, BUSY)):
        for one in np.flatnonzero(is_(town, kind)):
            k = int(rng.poisson(a_day * s.days * rng.uniform(0.15, 0.6)))
            inside = rng.random(k) < 0.3
            to = np.where(
                inside,
                town.sim[rng.integers(0, s.people, k)],
                outside[rng.integers(0, s.people, k)],
            )
            at = moments(town, k, hours)
            call(
                town,
                at,
                np.full(k, town.sim[one], object),
                to,
                rng.lognormal(3.2, 0.7, k) + 1,
                device=town.device[one],
                answered=rng.random(k) < 0.7,
            )
            back = rng.random(k) < 0.12
            call(
                town,
                at[back] + rng.exponential(3_000, back.sum()),
                to[back],
                np.full(int(back.sum()), town.sim[one], object),
                rng.lognormal(3.2, 0.7, int(back.sum())) + 1,
                device=None,
            )


def text(town: Town, at: Any, sender: Any, receiver: Any, kind: str) -> None:
    """Nothing; text messages of a kind."""
    if len(receiver):
        town.add(
            "message",
            at=town.when(at),
            sender_id=each(sender, len(receiver)),
            receiver_id=each(receiver, len(receiver)),
            message_kind=kind,
        )


def _messages(town: Town) -> None:
    rng, s = town.rng, town.style
    services = np.array([f"SVC{k}" for k in range(60)], object)
    for kind, rate, hours in (("code", 0.15, BUSY), ("notice", 0.3, BUSY), ("bulk", 0.25, OFFICE)):
        who = np.repeat(
            np.arange(town.sim.size),
            rng.poisson(rate * s.days * rng.lognormal(-0.2, 0.6, town.sim.size)),
        )
        text(
            town,
            moments(town, who.size, hours),
            services[np.minimum(rng.zipf(1.4, who.size), 60) - 1],
            town.sim[who],
            kind,
        )
    who = np.repeat(np.arange(s.people), rng.poisson(0.1 * s.days, s.people))
    text(
        town,
        moments(town, who.size),
        town.sim[who],
        town.sim[town.contacts[who, rng.integers(0, 8, who.size)]],
        "personal",
    )


def seen(
    town: Town, at: Any, kind: str, card: Any, device: Any, network: Any, *, abroad: Any = False
) -> None:
    """Nothing; cards seen on devices."""
    size = len(card)
    if size:
        town.add(
            "device_use", at=town.when(at), card_kind=kind, card_id=each(card, size), device_id=each(device, size), network_id=each(network, size),
            abroad=np.broadcast_to(abroad, (size,)).copy(),
        )  # fmt: skip


def _handsets(town: Town) -> None:
    rng, s = town.rng, town.style
    n = s.people
    changed = np.where(rng.random(n) < 0.06, rng.random(n) * s.days * DAY, np.inf)
    for kind, cards, holder in (
        ("sim", town.sim, town.sim_holder),
        ("account", town.account, town.holder),
    ):
        mine = np.flatnonzero(holder < n)
        card = np.repeat(mine, rng.poisson(0.25 * s.days, mine.size))
        who, at = holder[card], moments(town, card.size)
        lent = rng.random(card.size) < 0.02
        device = np.where(
            at > changed[who],
            np.array([f"{d}n" for d in town.device], object)[who],
            town.device[who],
        )
        device = np.where(lent, town.device[town.contacts[who, 0]], device)
        net = np.where(
            rng.random(card.size) < 0.5,
            np.array([f"home{f}" for f in town.family], object)[who],
            np.array([f"cell{k}" for k in range(80)], object)[rng.integers(0, 80, card.size)],
        )
        seen(town, at, kind, cards[card], device, net, abroad=rng.random(card.size) < 0.002)
