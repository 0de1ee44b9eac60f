"""Rings of a stranger's town: how they come by cards, how they call, how the money leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from other_life import call, pay, seen, text
from other_people import DAY, Town, applied, ids

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR = 3_600.0


@dataclass
class Ring:
    """One ring: its tactics, the time it works, its mules' cards, phones and handsets."""

    number: int
    money: str
    phones: str
    first: float
    last: float
    mules: list[int]
    collectors: list[int]
    lines: list[int]
    handsets: list[str]
    used: int = 0


def misuse(town: Town) -> None:
    """Nothing; every ring of the town does what it does."""
    s, rng = town.style, town.rng
    taken: set[int] = set()
    for number in range(s.rings):
        money = s.money[number % len(s.money)]
        phones = s.phones[number % len(s.phones)]
        first = rng.uniform(0.15, 0.75) * s.days
        last = min(first + rng.uniform(4, 18), s.days - 0.5)
        ring = _recruit(town, number, (money, phones), (first, last), taken)
        PHONES[phones](town, ring)
        for _ in range(int(rng.integers(8, 20))):
            _scam(town, ring)
        for friend in rng.integers(0, s.people, 6):  # what recruits chat about is no crime
            text(
                town,
                [rng.uniform(first - 3, first) * DAY],
                [town.sim[ring.lines[0]]],
                [town.sim[friend]],
                "personal",
            )


def _recruit(
    town: Town, number: int, ways: tuple[str, str], span: tuple[float, float], taken: set[int]
) -> Ring:
    s, rng = town.style, town.rng
    n = s.people
    young = np.exp(-np.abs(s.begins.year - town.born - 24) / 12) + 0.05
    people = [p for p in rng.choice(n, 24, replace=False, p=young / young.sum()) if p not in taken][
        :12
    ]
    taken |= set(people)
    mules, lines = [], []
    handsets = [f"{ids(s, 'box', [number])[0]}{k}" for k in range(4)]
    shop, clerk = (
        ids(s, "out", [int(rng.integers(0, 30))]),
        ids(s, "emp", [int(rng.integers(0, 90))]),
    )
    for k, person in enumerate(people[:8]):
        card = int(town.main[person])
        if rng.random() < 0.5 and town.holder[card + 1] == person:
            card += 1
        mules.append(card)
        if rng.random() < 0.25:  # the card was opened for it, in company
            at = np.array([(span[0] - rng.uniform(0.5, 8)) * DAY])
            applied(
                town,
                "account",
                town.account[[card]],
                ids(s, "per", [person]),
                at,
                shop,
                clerk,
                bad=True,
                companion=ids(s, "per", people[:1])[0] if k else None,
            )
            town.fresh["account"][card] = float(at[0])
    for k in range(int(rng.integers(5, 14))):
        person = people[8 + k % max(len(people) - 8, 1)] if len(people) > 8 else people[-1]
        line = (
            int(town.phone[person])
            if k == 0
            else _fresh_line(town, person, span[0], shop, clerk, people[0])
        )
        lines.append(line)
    return Ring(number, *ways, *span, mules[:-2], mules[-2:], lines, handsets)


def _fresh_line(town: Town, person: int, first: float, shop: Any, clerk: Any, friend: int) -> int:
    """A phone card opened for the ring: taken from the town's second cards, which then lead no honest life."""
    spare = [
        x
        for x in np.flatnonzero(town.sim_holder < town.style.people)
        if x >= town.style.people and x not in town.fresh["sim"]
    ]
    line = int(town.rng.choice(spare))
    at = np.array([(first - town.rng.uniform(0.2, 6)) * DAY])
    town.fresh["sim"][line] = float(at[0])
    applied(
        town,
        "sim",
        town.sim[[line]],
        ids(town.style, "per", [person]),
        at,
        shop,
        clerk,
        bad=True,
        companion=ids(town.style, "per", [friend])[0],
    )
    return line


def _scam(town: Town, ring: Ring) -> None:
    """One victim: called, persuaded, paying once or again; each sum leaves by the ring's way."""
    s, rng = town.style, town.rng
    victim = int(rng.integers(0, s.people))
    if town.main[victim] in ring.mules or town.main[victim] in town.bad["account"]:
        return
    away = rng.random() < 0.5
    mine = town.outside[victim] if away else town.account[town.main[victim]]
    at = rng.uniform(ring.first, ring.last) * DAY
    at = np.floor(at / DAY) * DAY + rng.uniform(9, 21) * HOUR
    line = ring.lines[int(rng.integers(0, len(ring.lines)))]
    if ring.phones != "codes":
        to = f"T{town.outside[victim]}" if away else town.sim[victim]
        call(
            town,
            [at - rng.uniform(300, 2_400)],
            [town.sim[line]],
            [to],
            [rng.uniform(200, 2_000)],
            device=ring.handsets[0],
            illicit=True,
        )
        town.spoil("sim", line, at)
    times = int(rng.choice([1, 1, 2, 4]))
    for k in range(times):
        when = at + k * rng.uniform(0.2, 1.6) * DAY
        if when > s.days * DAY - 3 * HOUR:
            break
        mule = ring.mules[(ring.used + k) % len(ring.mules)]
        yuan = float(np.clip(rng.lognormal(*s.loss) / times, 300, 400_000))
        if not away:
            town.victims.add(int(town.main[victim]))
        token(
            town, when, mine, town.account[mule], yuan, device=None if away else town.device[victim]
        )
        town.spoil("account", mule, when)
        WAYS[ring.money](town, ring, mule, when, yuan)
    ring.used += 1


def token(
    town: Town,
    at: float,
    payer: Any,
    payee: Any,
    yuan: float,
    *,
    channel: str = "mobile",
    memo: str = "personal",
    device: Any = None,
) -> None:
    """Nothing; one transfer that serves the fraud."""
    pay(
        town,
        [at],
        [payer],
        [payee],
        [yuan],
        channel=channel,
        memo=memo,
        device=device,
        illicit=True,
    )


def _login(town: Town, ring: Ring, card: int, at: float) -> str:
    """The handset from which the ring works the card, seen there just before."""
    device = ring.handsets[int(town.rng.integers(1, 4))]
    abroad = np.full(1, town.rng.random() < 0.1)
    seen(
        town,
        [at - 120],
        "account",
        [town.account[card]],
        device,
        f"hotel{ring.number}",
        abroad=abroad,
    )
    return device


def _split(town: Town, yuan: float, parts: int) -> Any:
    share = town.rng.dirichlet(np.full(parts, 4.0))
    return yuan * share


def rented(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """A card rented for ten minutes: in, out at once to collectors here and elsewhere, never again."""
    rng = town.rng
    device = _login(town, ring, mule, at)
    if rng.random() < 0.4:
        token(town, at - 700, town.outside[900 + ring.number], town.account[mule], 1.0)
    for part in _split(town, yuan * rng.uniform(0.985, 1.0), int(rng.integers(1, 4))):
        last = ring.collectors[int(rng.integers(0, 2))]
        to = (
            town.account[last]
            if rng.random() < 0.6
            else town.outside[1_000 + ring.number * 7 + int(rng.integers(0, 5))]
        )
        when = at + rng.uniform(60, 500)
        token(town, when, town.account[mule], to, part, device=device)
        if to == town.account[last]:
            town.spoil("account", last, when)
            out = town.outside[1_200 + ring.number * 5 + int(rng.integers(0, 4))]
            token(
                town,
                when + rng.uniform(200, 1_500),
                town.account[last],
                out,
                part * 0.997,
                device=device,
            )
    ring.used += 1


def sleeper(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """A card long honest, worked by its own holder's phone until the day; all of it goes in one go, overseas."""
    rng = town.rng
    device = town.device[town.holder[mule]] if rng.random() < 0.6 else _login(town, ring, mule, at)
    when = at + rng.uniform(600, 5_000)
    token(
        town,
        when,
        town.account[mule],
        f"OVERSEAS:{ring.number}",
        yuan * rng.uniform(0.9, 0.99),
        channel="web",
        memo="other",
        device=device,
    )


def shop(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """Through a willing shop's QR code, as if goods were bought, and round to other cards of the ring."""
    rng = town.rng
    till = ring.collectors[0]
    when = at
    for part in _split(town, yuan * 0.98, int(rng.integers(2, 6))):
        when += rng.uniform(120, 1_500)
        token(
            town,
            when,
            town.account[mule],
            town.account[till],
            np.rint(part),
            channel="qr",
            memo="purchase",
            device=_login(town, ring, mule, when),
        )
    town.spoil("account", till, at)
    back = ring.mules[int(rng.integers(0, len(ring.mules)))]
    if rng.random() < 0.5 and back != mule:
        token(
            town,
            when + rng.uniform(1, 6) * HOUR,
            town.account[till],
            town.account[back],
            yuan * 0.3,
            memo="refund",
        )
        token(
            town,
            when + rng.uniform(7, 9) * HOUR,
            town.account[back],
            town.outside[1_400 + ring.number],
            yuan * 0.29,
        )
        town.spoil("account", back, when)
    token(
        town,
        when + rng.uniform(1, 5) * HOUR,
        town.account[till],
        town.outside[1_400 + ring.number],
        yuan * 0.6,
        memo="purchase",
        channel="web",
    )


def cash(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """Cash from machines in several draws; a courier pays it into another card next day, less his share."""
    rng = town.rng
    draws = min(int(np.ceil(yuan / 5_000)), 12)
    for k, part in enumerate(np.full(draws, yuan * 0.99 / draws)):
        token(
            town,
            at + 500 + k * rng.uniform(40, 300),
            town.account[mule],
            "CASH",
            np.floor(part / 100) * 100 + 100,
            channel="atm",
            memo="other",
        )
    last = ring.collectors[int(rng.integers(0, 2))]
    when = at + rng.uniform(4, 30) * HOUR
    if when < town.style.days * DAY - HOUR:
        token(
            town,
            when,
            "CASH",
            town.account[last],
            np.floor(yuan * 0.9),
            channel="atm",
            memo="other",
        )
        town.spoil("account", last, when)
        token(
            town,
            when + rng.uniform(500, 4_000),
            town.account[last],
            f"CRYPTO:{ring.number}",
            yuan * 0.89,
            channel="web",
            memo="other",
        )


def goods(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """Vouchers and game coins of fixed face, bought in a row until little is left."""
    rng = town.rng
    device, when, left = _login(town, ring, mule, at), at, yuan
    for _ in range(25):
        face = float(
            rng.choice([100, 200, 500, 648, 1_000, 2_000], p=[0.05, 0.1, 0.25, 0.2, 0.2, 0.2])
        )
        if left < face:
            break
        when += rng.uniform(20, 150)
        left -= face
        token(
            town,
            when,
            town.account[mule],
            f"MERCHANT:game{int(rng.integers(0, 4))}",
            face,
            channel="third_party",
            memo="purchase",
            device=device,
        )
    if left > 3_000:
        token(
            town,
            when + 300,
            town.account[mule],
            f"CRYPTO:{ring.number}",
            left * 0.97,
            channel="web",
            memo="other",
            device=device,
        )


def runner(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """The holder moves it himself, on his own phone, many codes scanned, a few per cent kept."""
    rng = town.rng
    device = town.device[town.holder[mule]]
    k = int(rng.integers(2, 7))
    extra = rng.choice([300, 500, 800, 1_000, 1_500], k)
    payers = town.outside[rng.integers(0, 3 * town.style.people, k)]
    pay(
        town,
        at + rng.uniform(0, 2 * HOUR, k),
        payers,
        np.full(k, town.account[mule], object),
        extra,
        channel="qr",
        illicit=True,
    )
    total = (yuan + extra.sum()) * (1 - rng.uniform(0.01, 0.05))
    for part in _split(town, total, int(rng.integers(1, 4))):
        token(
            town,
            at + rng.uniform(2.1, 5) * HOUR,
            town.account[mule],
            town.outside[1_500 + ring.number * 9 + int(rng.integers(0, 6))],
            part,
            device=device,
        )


def _dial(town: Town, line: int, at: Any, device: Any) -> None:
    rng, n = town.rng, town.style.people
    k = len(at)
    inside = rng.random(k) < 0.5
    who = rng.integers(0, n, k)
    to = np.where(inside, town.sim[who], np.array([f"T{x}" for x in town.outside[who]], object))
    call(
        town,
        at,
        np.full(k, town.sim[line], object),
        to,
        rng.lognormal(3.6, 1.1, k),
        device=device,
        answered=rng.random(k) < 0.55,
        illicit=True,
    )
    if k:
        town.spoil("sim", line, float(np.min(at)))


def goip(town: Town, ring: Ring) -> None:
    """A box of many cards, each calling slowly in office hours, never called back."""
    rng = town.rng
    for line in ring.lines:
        for day in np.arange(np.floor(ring.first), ring.last):
            at = day * DAY + rng.uniform(8.5, 18.5, rng.poisson(8)) * HOUR
            _dial(town, line, at, ring.handsets[0])
            seen(
                town,
                at[:1],
                "sim",
                [town.sim[line]] * len(at[:1]),
                ring.handsets[0],
                f"cell{ring.number}",
            )


def codes(town: Town, ring: Ring) -> None:
    """Cards that receive one code after another and do nothing else."""
    rng = town.rng
    for line in ring.lines:
        k = int(rng.integers(30, 120))
        at = np.sort(rng.uniform(ring.first, ring.last, k)) * DAY
        text(
            town,
            at,
            np.array([f"SVC{x}" for x in rng.integers(0, 60, k)], object),
            np.full(k, town.sim[line], object),
            "code",
        )
        seen(
            town,
            at[::15],
            "sim",
            np.full(len(at[::15]), town.sim[line], object),
            ring.handsets[0],
            f"cell{ring.number}",
        )
        town.spoil("sim", line, float(at[0]))


def relay(town: Town, ring: Ring) -> None:
    """Cards changed between two handsets every few hours, in hired rooms."""
    rng = town.rng
    for k, line in enumerate(ring.lines):
        begin = ring.first + (ring.last - ring.first) * k / len(ring.lines)
        at = np.sort(begin * DAY + rng.uniform(0, 2.5, rng.poisson(45)) * DAY)
        at = at[at < town.style.days * DAY]
        device = np.array(ring.handsets[:2], object)[(at // (5 * HOUR)).astype(int) % 2]
        _dial(town, line, at, device)
        seen(
            town,
            at[::8],
            "sim",
            np.full(len(at[::8]), town.sim[line], object),
            device[::8],
            f"room{ring.number}",
        )


def burst(town: Town, ring: Ring) -> None:
    """New cards, a day or two of calls and mass texts, then thrown away."""
    rng = town.rng
    for line in ring.lines:
        begin = rng.uniform(ring.first, ring.last) * DAY
        at = np.sort(begin + rng.uniform(0, 10, rng.poisson(70)) * HOUR)
        at = at[at < town.style.days * DAY]
        _dial(town, line, at, ring.handsets[line % 4])
        who = rng.integers(0, town.style.people, 40)
        text(
            town,
            np.minimum(begin + rng.uniform(0, 3, 40) * HOUR, town.style.days * DAY - 1),
            np.full(40, town.sim[line], object),
            town.sim[who],
            "bulk",
        )


WAYS: dict[str, Callable[[Town, Ring, int, float, float], None]] = {
    "rented": rented, "sleeper": sleeper, "shop": shop, "cash": cash, "goods": goods, "runner": runner,
}  # fmt: skip
PHONES: dict[str, Callable[[Town, Ring], None]] = {
    "goip": goip, "codes": codes, "relay": relay, "burst": burst,
}  # fmt: skip
