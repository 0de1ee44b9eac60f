"""Rings of a stranger's town: how they come by cards, how they call, how the money leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from other_cover import COVER_PHONES, COVER_WAYS
from other_people import DAY, Town, applied, ids
from other_talk import call, seen, text
from other_trades import TRADE_WAYS
from other_ways import HOUR, WAYS, Ring, token

if TYPE_CHECKING:
    from collections.abc import Callable


def misuse(town: Town) -> None:
    """Nothing; every ring of the town does what it does."""
    s, rng = town.style, town.rng
    taken: set[int] = set()
    for number in range(s.rings):
        money = s.money[number % len(s.money)]
        phones = s.phones[number % len(s.phones)]
        first = rng.uniform(0.15, 0.9) * s.days
        last = min(first + rng.uniform(4, 18), s.days - 0.5)
        ring = _recruit(town, number, (money, phones), (first, last), taken)
        (PHONES | COVER_PHONES)[phones](town, ring)
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
        own = k == 0
        if s.lived and not own and rng.random() < s.lived:
            own, person = True, int(rng.integers(0, n))
        line = (
            int(town.phone[person])
            if own
            else _fresh_line(town, person, span[0], shop, clerk, people[0])
        )
        lines.append(line)
    return Ring(number, *ways, *span, mules[:-2], mules[-2:], lines, handsets)


def _fresh_line(  # noqa: PLR0917  # what a card is opened with
    town: Town, person: int, first: float, shop: Any, clerk: Any, friend: int
) -> int:
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
    if ring.phones not in {"codes", "lent_codes"}:
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
        (WAYS | TRADE_WAYS | COVER_WAYS)[ring.money](town, ring, mule, when, yuan)
    ring.used += 1


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


PHONES: dict[str, Callable[[Town, Ring], None]] = {
    "goip": goip, "codes": codes, "relay": relay, "burst": burst,
}  # fmt: skip
