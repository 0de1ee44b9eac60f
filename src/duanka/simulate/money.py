"""Everyday money: wages, shopping, rent, gifts, cash, and what moves between one's own accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate import people as who
from duanka.simulate.journal import (
    ATM,
    COUNTER,
    MEDICAL,
    MOBILE,
    OTHER,
    PENSION,
    PERSONAL,
    POS,
    PURCHASE,
    QR,
    RENT,
    SALARY,
    SOCIAL,
    TAX,
    THIRD,
    UTILITY,
    WEB,
    Moves,
    join,
    rows,
)  # fmt: skip
from duanka.simulate.rhythm import DAY, ORDINARY, hours, moments, month_days
from duanka.simulate.scene import CASH, MERCHANTS, Scene, merchants, outsiders

if TYPE_CHECKING:
    from duanka.simulate.rhythm import Floats, Ints
    from duanka.simulate.ties import Ties


def fen(rng: np.random.Generator, yuan: Floats, *, round_share: float = 0.35) -> Ints:
    """Sums in fen; a share of them round, as people pay."""
    cents = np.maximum((yuan * 100).astype(np.int64), 1)
    ten = np.where(yuan > 2_000, 10_000, np.where(yuan > 200, 1_000, 100))
    rounded = np.maximum(cents // ten * ten, 100)
    return np.where((rng.random(len(yuan)) < round_share) & (yuan > 1), rounded, cents)


def wallet(rng: np.random.Generator, scene: Scene, person: Ints) -> Ints:
    """The account that a person pays from or is paid on this time."""
    w = scene.wallets
    u = rng.random(len(person))
    account = np.where((u < 0.35) & (w.payment[person] >= 0), w.payment[person], w.main[person])
    return np.where((u > 0.85) & (w.second[person] >= 0), w.second[person], account)


def everyday(scene: Scene, rng: np.random.Generator, ties: Ties) -> Moves:
    """A town's ordinary transfers."""
    parts = [
        _wages(scene, rng),
        _pensions(scene, rng),
        _shopping(scene, rng),
        _bills(scene, rng),
        _rents(scene, rng),
        _gifts(scene, rng, ties),
        _cash(scene, rng),
        _own(scene, rng),
        _bindings(scene, rng),
    ]
    moves = join(Moves, parts)
    # Mistyped names, limits and empty purses: ordinary transfers fail, too, and some lack a memo.
    unlucky = rng.random(len(moves.at)) < 0.024
    wordless = (moves.memo == PERSONAL) & (rng.random(len(moves.at)) < 0.2)
    return replace(moves, failed=moves.failed | unlucky, memo=np.where(wordless, -1, moves.memo))


def _wages(scene: Scene, rng: np.random.Generator) -> Moves:
    people, plan, w = scene.people, scene.plan, scene.wallets
    staff = np.flatnonzero((people.group >= 0) & ~np.isin(people.trade, (who.STUDENT, who.GAMER)))
    pay_day = rng.choice([5, 8, 10, 15, 20, 25, 28], len(scene.organisations.kind))
    row, on = month_days(plan.start, plan.days, pay_day[people.group[staff]])
    person = staff[row]
    wage = people.income[person] * np.exp(rng.normal(0, 0.05, len(person)))
    # A company pays in one run: seconds apart, at its own hour.
    run = 9 * 3_600 + (pay_day * 7 + np.arange(len(pay_day)) * 613) % (9 * 3_600)
    at = on * DAY + run[people.group[person]] + rng.integers(0, 900, len(person))
    paid = rows(
        Moves, len(person), at=at, payer=w.corporate[people.group[person]], payee=w.main[person],
        fen=fen(rng, wage, round_share=0.1), channel=WEB, memo=SALARY, device=-2, region=-2,
    )  # fmt: skip
    # Some sweep their wage out at once: savings, a mortgage, the spouse.
    sweeper = rng.random(people.count) < 0.22
    mine = np.flatnonzero(sweeper[person])
    share = rng.choice([0.5, 0.8, 0.95, 0.99, 1.0], len(mine))
    own = (w.second[person[mine]] >= 0) & (rng.random(len(mine)) < 0.6)
    to = np.where(own, w.second[person[mine]], outsiders(rng, people.count)[person[mine]])
    delay = np.exp(rng.normal(np.log(2_400), 1.6, len(mine))).astype(np.int64) + 20
    swept = rows(
        Moves, len(mine), at=at[mine] + delay, payer=w.main[person[mine]], payee=to,
        fen=np.maximum((paid.fen[mine] * share).astype(np.int64), 1), channel=MOBILE,
        memo=np.where(own, PERSONAL, OTHER),
    )  # fmt: skip
    return join(Moves, [paid, swept])


def _pensions(scene: Scene, rng: np.random.Generator) -> Moves:
    people, plan = scene.people, scene.plan
    office = np.flatnonzero(scene.organisations.kind == who.AUTHORITY)
    old = np.flatnonzero(people.trade == who.RETIRED)
    row, on = month_days(plan.start, plan.days, rng.choice([6, 10, 15], len(old)))
    person = old[row]
    pension = rows(
        Moves, len(person), at=on * DAY + 8 * 3_600 + rng.integers(0, 7_200, len(person)),
        payer=scene.wallets.corporate[office[person % len(office)]],
        payee=scene.wallets.main[person], fen=(people.income[person] * 100).astype(np.int64),
        channel=WEB, memo=PENSION, device=-2, region=-2,
    )  # fmt: skip
    few = rng.integers(0, people.count, people.count // 12)
    relief = rows(
        Moves, len(few), at=moments(rng, plan.start, plan.days, np.full(len(few), 3, np.int8)),
        payer=scene.wallets.corporate[office[few % len(office)]], payee=scene.wallets.main[few],
        fen=fen(rng, np.exp(rng.normal(6, 0.8, len(few)))), channel=WEB,
        memo=rng.choice([SOCIAL, MEDICAL], len(few)), device=-2, region=-2,
    )  # fmt: skip
    return join(Moves, [pension, relief])


def _shopping(scene: Scene, rng: np.random.Generator) -> Moves:
    people, plan = scene.people, scene.plan
    rate = 13.0 * plan.days / 90 * plan.ways.transfers * people.lively
    person = np.repeat(np.arange(people.count), rng.poisson(rate))
    count = len(person)
    # Small shops take QR payments on their keeper's ordinary account.
    keepers = np.flatnonzero(np.isin(people.trade, (who.MERCHANT, who.GROUPBUY)))
    trade = rng.pareto(0.9, len(keepers)) + 0.2
    keeper = rng.choice(keepers, count, p=trade / trade.sum())
    small = rng.random(count) < 0.36
    favourite = merchants(rng, people.count * 3)[person * 3 + rng.integers(0, 3, count)]
    shop = np.where(rng.random(count) < 0.6, favourite, merchants(rng, count))
    payee = np.where(small, wallet(rng, scene, keeper), shop)
    yuan = np.exp(rng.normal(3.4, 1.15, count)) * (people.income[person] / 6_000) ** 0.3
    channel = np.where(
        small,
        rng.choice([QR, QR, QR, MOBILE, THIRD], count),
        rng.choice([QR, THIRD, POS, QR], count),
    )
    at = moments(rng, plan.start, plan.days, people.way[person])
    return rows(
        Moves, count, at=at, payer=wallet(rng, scene, person), payee=payee, fen=fen(rng, yuan),
        channel=channel, memo=PURCHASE,
    )  # fmt: skip


def _bills(scene: Scene, rng: np.random.Generator) -> Moves:
    people, plan = scene.people, scene.plan
    person = np.repeat(np.arange(people.count), rng.poisson(1.8 * plan.days / 90, people.count))
    count = len(person)
    memo = rng.choice([UTILITY, MEDICAL, TAX, SOCIAL], count, p=[0.7, 0.17, 0.05, 0.08])
    yuan = np.exp(rng.normal(4.6, 0.8, count) + np.where(memo == UTILITY, 0, 0.6))
    return rows(
        Moves, count, at=moments(rng, plan.start, plan.days, people.way[person]),
        payer=wallet(rng, scene, person), payee=MERCHANTS + 40 + memo * 3 + person % 3,
        fen=fen(rng, yuan, round_share=0.3), channel=rng.choice([MOBILE, THIRD, WEB], count),
        memo=memo,
    )  # fmt: skip


def _rents(scene: Scene, rng: np.random.Generator) -> Moves:
    people, plan = scene.people, scene.plan
    landlords = np.flatnonzero(people.trade == who.LANDLORD)
    tenants = np.flatnonzero(
        (people.home != people.here) & (rng.random(people.count) < 0.5)
        | (people.trade == who.AGENT)
    )
    if not len(landlords):
        return join(Moves, [])
    day = rng.integers(1, 29, len(tenants))
    host = rng.choice(landlords, len(tenants))
    sum_ = rng.choice([600, 800, 1_000, 1_200, 1_500, 1_800, 2_500, 3_500], len(tenants))
    row, on = month_days(plan.start, plan.days, day)
    paid = rows(
        Moves, len(row), at=on * DAY + hours(rng, people.way[tenants[row]]),
        payer=wallet(rng, scene, tenants[row]), payee=scene.wallets.main[host[row]],
        fen=sum_[row] * 100, memo=RENT,
    )  # fmt: skip
    # Who sublets pools the rents and pays the owner on one day.
    when = rng.integers(0, 30, people.count)[host[row]]
    return join(Moves, [paid, _pooled(scene, rng, paid, on // 30 * 30 + when)])


def _pooled(scene: Scene, rng: np.random.Generator, paid: Moves, day: Ints) -> Moves:
    key = paid.payee * 1_000 + day
    order = np.argsort(key, kind="stable")
    unique, first = np.unique(key[order], return_index=True)
    total = np.add.reduceat(paid.fen[order], first) if len(order) else np.zeros(0, np.int64)
    chosen = rng.random(len(unique)) < 0.4
    account, on = unique[chosen] // 1_000, unique[chosen] % 1_000
    late = np.minimum(on + 1, scene.plan.days - 1)
    return rows(
        Moves, int(chosen.sum()),
        at=late * DAY + hours(rng, np.full(len(late), ORDINARY, np.int8)),
        payer=account, payee=outsiders(rng, len(late)),
        fen=np.maximum((total[chosen] * rng.uniform(0.8, 1, len(late))).astype(np.int64), 1),
        memo=RENT,
    )  # fmt: skip


def _gifts(scene: Scene, rng: np.random.Generator, ties: Ties) -> Moves:
    people, plan = scene.people, scene.plan
    budget = 5.5 * people.count * plan.days / 90 * plan.ways.transfers
    rate = np.sqrt(ties.weight) * np.where(ties.close, 3.0, 1.0)
    tie = np.repeat(np.arange(len(rate)), rng.poisson(rate * budget / rate.sum()))
    count = len(tie)
    turn = rng.random(count) < 0.5
    a, b = (
        np.where(turn, ties.one[tie], ties.other[tie]),
        np.where(turn, ties.other[tie], ties.one[tie]),
    )
    outside = ties.outside[tie]
    # Outsiders appear on either side, by the number of the tie, so that they are met again.
    far = np.where(outside, ties.other[tie], 0)
    near = np.where(outside, ties.one[tie], a)
    mine = wallet(rng, scene, near)
    theirs = np.where(outside, far, wallet(rng, scene, np.where(outside, 0, b)))
    yuan = np.exp(rng.normal(4.9, 1.35, count))
    large = rng.random(count) < 0.02
    yuan[large] *= np.exp(rng.normal(3.0, 0.8, int(large.sum())))
    pays_out = ~outside | turn
    return rows(
        Moves, count,
        at=moments(rng, plan.start, plan.days, people.way[near]),
        payer=np.where(pays_out, mine, theirs), payee=np.where(pays_out, theirs, mine),
        fen=fen(rng, yuan, round_share=0.7),
        channel=rng.choice([MOBILE, MOBILE, THIRD, QR], count), memo=PERSONAL,
    )  # fmt: skip


def _cash(scene: Scene, rng: np.random.Generator) -> Moves:
    people, plan = scene.people, scene.plan
    rate = np.where(
        people.trade == who.RETIRED, 2.4, np.where(people.trade == who.MERCHANT, 3, 0.8)
    )
    person = np.repeat(np.arange(people.count), rng.poisson(rate * plan.days / 90))
    count = len(person)
    yuan = rng.choice([100, 200, 300, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 20_000], count,
                      p=[0.1, 0.13, 0.1, 0.17, 0.2, 0.12, 0.07, 0.07, 0.02, 0.02])  # fmt: skip
    deposit = rng.random(count) < np.where(people.trade[person] == who.MERCHANT, 0.6, 0.22)
    account = scene.wallets.main[person]
    return rows(
        Moves, count, at=moments(rng, plan.start, plan.days, people.way[person]),
        payer=np.where(deposit, CASH, account), payee=np.where(deposit, account, CASH),
        fen=yuan * 100, channel=rng.choice([ATM, ATM, ATM, COUNTER], count), device=-2,
    )  # fmt: skip


def _own(scene: Scene, rng: np.random.Generator) -> Moves:
    people, plan, w = scene.people, scene.plan, scene.wallets
    person = np.repeat(np.arange(people.count), rng.poisson(2.2 * plan.days / 90 * people.lively))
    other = np.where(rng.random(len(person)) < 0.6, w.payment[person], w.second[person])
    person, other = person[other >= 0], other[other >= 0]
    back = rng.random(len(person)) < 0.3
    return rows(
        Moves, len(person), at=moments(rng, plan.start, plan.days, people.way[person]),
        payer=np.where(back, other, w.main[person]), payee=np.where(back, w.main[person], other),
        fen=fen(rng, np.exp(rng.normal(6.2, 1.3, len(person))), round_share=0.8),
        channel=rng.choice([MOBILE, THIRD], len(person)), memo=PERSONAL,
    )  # fmt: skip


def _bindings(scene: Scene, rng: np.random.Generator) -> Moves:
    """Cent-sized checks when a card is bound or a friend's account is tried, some before a large sum."""
    people, plan = scene.people, scene.plan
    person = rng.integers(0, people.count, int(people.count * 0.45 * plan.days / 90))
    count = len(person)
    at = moments(rng, plan.start, plan.days, people.way[person])
    inward = rng.random(count) < 0.6
    mine, other = wallet(rng, scene, person), outsiders(rng, count)
    tiny = rng.choice([1, 1, 1, 2, 5, 10, 100], count)
    small = rows(
        Moves, count, at=at, payer=np.where(inward, other, mine),
        payee=np.where(inward, mine, other), fen=tiny, channel=rng.choice([THIRD, MOBILE], count),
        failed=rng.random(count) < 0.08,
    )  # fmt: skip
    follows = np.flatnonzero(rng.random(count) < 0.25)
    large = rows(
        Moves, len(follows),
        at=at[follows] + np.exp(rng.normal(7.5, 1.5, len(follows))).astype(np.int64) + 30,
        payer=small.payer[follows], payee=small.payee[follows],
        fen=fen(rng, np.exp(rng.normal(8.2, 1.1, len(follows))), round_share=0.7), memo=PERSONAL,
    )  # fmt: skip
    return join(Moves, [small, large])
