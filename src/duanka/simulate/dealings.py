"""What a ring does among itself: buying cards, paying helpers, calling each other, opening, moving control."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate.dial import control
from duanka.simulate.journal import (
    CARD_PAY,
    FUNDING,
    MOBILE,
    PERSONAL,
    PROCEEDS,
    RECRUIT_CALL,
    RECRUIT_PAY,
    RING_CALL,
    THIRD,
    WAGE,
    Calls,
    Messages,
    Moves,
    Sightings,
    join,
    rows,
)  # fmt: skip
from duanka.simulate.rhythm import DAY
from duanka.simulate.scene import Scene, outsiders
from duanka.simulate.sightings import FOREIGN

if TYPE_CHECKING:
    from duanka.simulate.launder import Spree
    from duanka.simulate.roster import Ring

HOUR = 3_600
Pay = tuple[int, int, int, int, int]  # at, payer, payee, fen, part


def _one(rng: np.random.Generator, people: tuple[int, ...]) -> int:
    return people[int(rng.integers(0, len(people)))]


def payments(scene: Scene, rng: np.random.Generator, ring: Ring, spree: Spree) -> Moves:
    """Money for cards and work: financier to head dealer to dealer to mule, wages, proceeds back."""
    pays: list[Pay] = []
    m = ring.members

    def account(person: int) -> int:
        w = scene.wallets
        options = [n for n in (w.main[person], w.second[person], w.payment[person]) if n >= 0]
        old = [n for n in options if scene.accounts.opened[n] < 0] or options
        return int(old[(person + ring.number) % len(old)])

    def pay(at: float, payer: int, payee: int, yuan: float, part: int) -> None:
        if payer != payee:
            pays.append((max(int(at), 60), payer, payee, max(int(yuan), 1) * 100, part))

    cost = 0.0
    dealer_of: dict[int, int] = {}
    for card in ring.cards:
        if card.role != "mule" or card.use == "bound" or rng.random() > 0.65:
            continue  # cash, or paid elsewhere
        dealer = dealer_of.setdefault(card.person, _one(rng, m["dealer"]))
        price = float(np.exp(rng.uniform(np.log(150), np.log(1_500)))) * (0.25 if card.sim else 1)
        near = card.start if card.clean else card.handover
        when = near + (rng.uniform(0.5, 8) * HOUR if card.clean else rng.normal(0.2, 1.0) * DAY)
        pay(when, account(dealer), account(card.person), price // 50 * 50 + 50, CARD_PAY)
        cost += price * 2.5
        if rng.random() < 0.6:
            head = rng.uniform(100, 500) // 50 * 50
            pay(when + rng.uniform(1, 30) * HOUR, account(dealer),
                account(_one(rng, m["recruiter"])), head, RECRUIT_PAY)  # fmt: skip
    first = min((c.handover for c in ring.cards), default=ring.begin)
    head = m["head_dealer"][0]
    chunk = (cost + 2_000) / len(m["dealer"])
    pay(first - rng.uniform(1, 6) * DAY, account(m["financier"][0]), account(head),
        cost * rng.uniform(1.1, 1.8) // 100 * 100 + 3_000, FUNDING)  # fmt: skip
    for dealer in m["dealer"]:
        for _ in range(int(rng.integers(1, 4))):
            pay(
                first - rng.uniform(-6, 3) * DAY, account(head), account(dealer), chunk / 2, FUNDING
            )
    for recruiter in m["recruiter"]:  # works for others, too
        for _ in range(int(rng.integers(1, 6))):
            pay(rng.uniform(ring.begin, ring.end), int(outsiders(rng, 1)[0]), account(recruiter),
                rng.uniform(2, 20) * 50, RECRUIT_PAY)  # fmt: skip
    for role, daily in (("minder", 300), ("controller", 500), ("cash_courier", 600)):
        for person in m[role]:
            for day in range(ring.begin // DAY, ring.end // DAY, int(rng.integers(2, 8))):
                pay((day + 0.8) * DAY + rng.uniform(0, 0.2) * DAY, account(_one(rng, m["dealer"])),
                    account(person), daily * rng.uniform(1, 4) // 50 * 50, WAGE)  # fmt: skip
    if "company_agent" in m:
        shells = [c for c in ring.cards if c.holder >= scene.people.count]
        for card in shells:
            pay(card.handover - rng.uniform(1, 9) * DAY, account(_one(rng, m["dealer"])),
                account(m["company_agent"][0]), rng.uniform(800, 4_000) // 100 * 100, WAGE)  # fmt: skip
        for _ in range(int(rng.integers(3, 12))):  # lawful customers of an agency
            at = rng.uniform(0, scene.seconds)
            pay(
                at,
                int(outsiders(rng, 1)[0]),
                account(m["company_agent"][0]),
                rng.uniform(500, 3_000),
                0,
            )
    for outsider, fen in spree.sees.items():
        when = rng.uniform(ring.begin + 2 * DAY, max(ring.end + 3 * DAY, ring.begin + 3 * DAY))
        to = m["financier"][0] if rng.random() < 0.75 else m["liaison"][0]
        pay(
            when,
            outsider,
            account(to),
            fen / 100 * rng.uniform(0.4, 0.9) // 1_000 * 1_000,
            PROCEEDS,
        )
    return _as_moves(rng, ring, pays)


def _as_moves(rng: np.random.Generator, ring: Ring, pays: list[Pay]) -> Moves:
    at, payer, payee, fen, part = np.array(pays, np.int64).reshape(-1, 5).T
    return rows(
        Moves, len(at), at=at, payer=payer, payee=payee, fen=fen, part=part,
        ring=np.where(part > 0, ring.number, -1),
        memo=np.where(rng.random(len(at)) < 0.85, PERSONAL, -1),
        channel=rng.choice([MOBILE, MOBILE, THIRD], len(at)),
    )  # fmt: skip


def talk(scene: Scene, rng: np.random.Generator, ring: Ring) -> tuple[Calls, Messages]:
    """Calls inside the ring, and a recruiter's many first calls and messages."""
    m, sim = ring.members, scene.wallets.sim
    pairs: list[tuple[float, int, int, int]] = []

    def chat(a: int, b: int, times: float, middle: float, width: float) -> None:
        for at in rng.normal(middle, width, int(rng.poisson(times))):
            caller, callee = (a, b) if rng.random() < 0.55 else (b, a)
            if caller != callee:
                pairs.append((at, int(sim[caller]), int(sim[callee]), RING_CALL))

    middle, width = (ring.begin + ring.end) / 2, (ring.end - ring.begin) / 4
    head = m["head_dealer"][0]
    for dealer in m["dealer"]:
        chat(dealer, head, 8, middle, width)
    for role in ("minder", "recruiter", "controller", "cash_courier"):
        for person in m[role]:
            chat(person, _one(rng, m["dealer"]), 5, middle, width)
    chat(head, m["liaison"][0], 5, middle, width)
    if rng.random() < 0.4:
        chat(head, m["financier"][0], 2, ring.begin - DAY, DAY)
    for card in ring.cards:
        if card.role == "mule" and rng.random() < 0.7:
            chat(_one(rng, m["recruiter"]), card.person, 1.5, card.handover - 2 * DAY, DAY)
            chat(_one(rng, m["dealer"]), card.person, 2, card.handover, 0.7 * DAY)
    if ring.insider >= 0:  # a member of staff has a phone of the house; the dealer rings it
        clerk = int(ring.insider * 7_919 % scene.people.count)
        chat(_one(rng, m["dealer"]), clerk, 6, middle, width)
    for _ in range(int(rng.poisson(14))):
        at = rng.normal(middle, width)
        pairs.append((at, int(sim[m["liaison"][0]]), int(outsiders(rng, 1)[0]), RING_CALL))
    recruiters = np.array(m["recruiter"])
    count = int(rng.poisson(60 * len(recruiters)))
    who_ = sim[rng.choice(recruiters, count)]
    found = sim[rng.integers(0, scene.people.count, count)]
    found = np.where(rng.random(count) < 0.6, found, outsiders(rng, count, spread=0.3))
    found_at = rng.normal(middle - width, width, count)
    spoken = rng.random(count) < 0.45
    columns = [np.array(c) for c in zip(*pairs, strict=True)]
    all_at = np.concatenate([columns[0], found_at[spoken]]).astype(np.int64)
    total = len(all_at)
    calls = rows(
        Calls, total, at=all_at // DAY * DAY + 8 * HOUR + all_at % (14 * HOUR),
        caller=np.concatenate([columns[1], who_[spoken]]),
        callee=np.concatenate([columns[2], found[spoken]]),
        seconds=np.where(rng.random(total) < 0.75, np.exp(rng.normal(4, 1, total)), 0),
        part=np.concatenate([columns[3], np.full(int(spoken.sum()), RECRUIT_CALL)]),
        ring=ring.number, device=-1, region=-1,
    )  # fmt: skip
    written = rows(
        Messages, int((~spoken).sum()), at=found_at[~spoken].astype(np.int64), sender=who_[~spoken],
        receiver=found[~spoken], kind=0, device=-1, part=RECRUIT_CALL, ring=ring.number,
    )  # fmt: skip
    return calls, written


def logins(scene: Scene, rng: np.random.Generator, ring: Ring) -> Sightings:
    """Accounts seen on controllers' devices, runners on their own, the liaison abroad."""
    parts = []
    for card in ring.cards:
        if card.sim or card.device < 0:
            continue
        days = max((card.stop - card.handover) / DAY, 0.5)
        count = min(2 + int(rng.poisson(2.2 * days)), 70)
        at = np.sort(rng.integers(card.handover, max(card.stop, card.handover + HOUR), count))
        at[0] = card.handover + int(rng.integers(30, 900))
        parts.append(control(rng, ring, card, at, np.full(count, card.device)))
    liaison = ring.members["liaison"][0]
    count = int(rng.integers(4, 15))
    parts.append(rows(
        Sightings, count, at=rng.integers(ring.begin, ring.end, count),
        sim=rng.random(count) < 0.4, card=int(scene.wallets.main[liaison]),
        device=int(scene.people.device[liaison]), region=-2, network=FOREIGN + liaison % 997,
        abroad=True,
    ))  # fmt: skip
    return join(Sightings, parts)
