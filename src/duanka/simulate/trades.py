"""The customs carried out: gatherings, payments onward, and the calls that go before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate.calls import lengths
from duanka.simulate.customs import ANYONE, COMPANIES, CUSTOMS, Custom
from duanka.simulate.journal import ATM, MOBILE, WEB, Calls, Moves, join, rows
from duanka.simulate.money import fen, wallet
from duanka.simulate.rhythm import DAY, moments
from duanka.simulate.scene import (
    CASH,
    CRYPTO,
    CRYPTO_COUNT,
    OVERSEAS,
    OVERSEAS_COUNT,
    Scene,
    holder_person,
    merchants,
    outsiders,
)  # fmt: skip

if TYPE_CHECKING:
    from duanka.simulate.rhythm import Flags, Floats, Ints


def trades(scene: Scene, rng: np.random.Generator) -> tuple[Moves, Calls]:
    """Everything that the customs of the town move, and the calls about it."""
    moves, calls = [], []
    for custom in CUSTOMS:
        got, onward, talk = _carry_out(scene, rng, custom)
        moves += [got, onward]
        calls.append(talk)
    return join(Moves, moves), join(Calls, calls)


def _hosts(scene: Scene, rng: np.random.Generator, custom: Custom) -> Ints:
    """The account of the host of each occasion."""
    scale = custom.often * scene.plan.days / 90 * scene.plan.ways.transfers
    if custom.hosts == COMPANIES:
        own = scene.wallets.corporate
        kinds = scene.organisations.kind[: len(own)]
        firms = np.flatnonzero(np.isin(kinds, custom.firms))
        busy = np.exp(rng.normal(-0.4, 0.9, len(firms)))
        return np.repeat(own[firms], rng.poisson(scale * busy))
    if custom.hosts == ANYONE:
        person = rng.integers(0, scene.people.count, rng.poisson(scale * scene.people.count))
    else:
        mine = np.flatnonzero(scene.people.trade == custom.hosts)
        busy = np.exp(rng.normal(-0.4, 0.9, len(mine)))
        person = np.repeat(mine, rng.poisson(scale * busy))
    # A trade keeps to one account; what happens to anyone happens on whichever is at hand.
    if custom.hosts != ANYONE:
        return scene.wallets.main[person]
    # Rare sums often pass over a card that is hardly used otherwise.
    seldom = rng.integers(0, scene.accounts.count, len(person))
    fits = (scene.accounts.holder[seldom] < scene.people.count) & (rng.random(len(person)) < 0.35)
    return np.where(fits, seldom, wallet(rng, scene, person))


def _between(rng: np.random.Generator, low_high: tuple[float, float], count: int) -> Floats:
    return np.asarray(np.exp(rng.uniform(np.log(low_high[0]), np.log(low_high[1]), count)))


def _carry_out(
    scene: Scene, rng: np.random.Generator, custom: Custom
) -> tuple[Moves, Moves, Calls]:
    host = _hosts(scene, rng, custom)
    count = len(host)
    way = np.full(count, custom.way, np.int8)
    begin = moments(rng, scene.plan.start, scene.plan.days, way)
    size = _between(rng, custom.size, count).astype(np.int64)
    turn = np.repeat(np.arange(count), size)
    total = len(turn)
    # Most pay early, a few late.
    at = begin[turn] + (rng.beta(0.8, 1.8, total) * custom.span_s).astype(np.int64)
    scale = np.exp(rng.normal(0, custom.spread * 0.6, count))[turn]
    own = np.exp(rng.normal(0, custom.spread * 0.8, total))
    same = rng.random(count)[turn] < custom.same
    sums = fen(rng, custom.yuan * scale * np.where(same, 1, own), round_share=custom.round_share)
    person = rng.integers(0, scene.people.count, total)
    inside = rng.random(total) < custom.inside
    far = outsiders(rng, total, spread=0.45)
    other = np.where(inside, wallet(rng, scene, person), far)
    here = host[turn]
    got = rows(
        Moves, total, at=at, payer=here if custom.scatter else other,
        payee=other if custom.scatter else here, fen=sums,
        channel=rng.choice(custom.channels, total),
        memo=np.where(rng.random(total) < 0.75, custom.memo, -1),
        device=-1, failed=rng.random(total) < 0.024,
    )  # fmt: skip
    return (
        got,
        _onward(scene, rng, custom, (host, turn, at, sums)),
        _talk(scene, rng, custom, got, inside),
    )


def _onward(
    scene: Scene, rng: np.random.Generator, custom: Custom, got: tuple[Ints, Ints, Ints, Ints]
) -> Moves:
    host, turn, at, sums = got
    count = len(host)
    goes = np.flatnonzero(rng.random(count) < custom.onward)
    if not len(goes) or custom.scatter:
        return join(Moves, [])
    total = np.bincount(turn, weights=sums, minlength=count)[goes]
    last = np.zeros(count, np.int64)
    np.maximum.at(last, turn, at)
    pieces = _between(rng, custom.split, len(goes)).astype(np.int64)
    which = np.repeat(np.arange(len(goes)), pieces)
    weight = rng.gamma(3.0, 1.0, len(which))
    part = weight / np.bincount(which, weights=weight, minlength=len(goes))[which]
    kept = rng.uniform(*custom.share, len(goes))
    out = np.maximum((total * kept)[which] * part, 100).astype(np.int64)
    tens = rng.random(len(out)) < custom.round_share * 0.6
    out = np.where(tens & (out > 20_000), out // 10_000 * 10_000, out)
    delay = np.exp(rng.normal(np.log(custom.delay_s), custom.delay_spread, len(goes)))[which]
    when = last[goes][which] + delay.astype(np.int64) + 20
    when = when + np.arange(len(which)) % 7 * rng.integers(15, 200, len(which))
    payer = host[goes][which]
    payee = _exits(scene, rng, custom, payer)
    out = np.where(
        payee == CASH, np.maximum(np.minimum(out, 2_000_000) // 10_000 * 10_000, 10_000), out
    )
    return rows(
        Moves, len(which), at=when, payer=payer, payee=payee, fen=out,
        channel=np.where(payee == CASH, ATM, rng.choice([MOBILE, MOBILE, WEB], len(which))),
        memo=np.where(rng.random(len(which)) < 0.75, custom.memo, -1),
        failed=rng.random(len(which)) < 0.024,
    )  # fmt: skip


def _exits(scene: Scene, rng: np.random.Generator, custom: Custom, payer: Ints) -> Ints:
    count = len(payer)
    weight = np.array(custom.exits)
    way = rng.choice(6, count, p=weight / weight.sum())
    person = holder_person(scene, payer)
    second = scene.wallets.second[person]
    # A host has a few whom he pays again and again, and now and then somebody new.
    usual = outsiders(rng, scene.people.count)[
        (person + rng.integers(0, 3, count)) % scene.people.count
    ]
    outside = np.where(rng.random(count) < 0.55, usual, outsiders(rng, count, spread=0.4))
    own = np.where((second >= 0) & (second != payer), second, scene.wallets.main[person])
    own = np.where(own == payer, outside, own)
    return np.select(
        [way == 0, way == 1, way == 2, way == 3, way == 4],
        [outside, merchants(rng, count), own, np.full(count, CASH),
         CRYPTO + rng.integers(0, CRYPTO_COUNT, count)],
        OVERSEAS + rng.integers(0, OVERSEAS_COUNT, count),
    )  # fmt: skip


def _talk(
    scene: Scene, rng: np.random.Generator, custom: Custom, got: Moves, inside: Flags
) -> Calls:
    """Who sells, lends or delivers rings before the money comes: lawful calls before first payments."""
    chosen = np.flatnonzero(rng.random(len(got.at)) < custom.call)
    sim = scene.wallets.sim
    host, other = (got.payer, got.payee) if custom.scatter else (got.payee, got.payer)
    mine = sim[holder_person(scene, host[chosen])]
    near = np.where(inside[chosen], other[chosen], 0)
    theirs = np.where(inside[chosen], sim[holder_person(scene, near)], other[chosen])
    rings = rng.random(len(chosen)) < 0.6
    before = np.exp(rng.normal(np.log(2_400), 1.3, len(chosen))).astype(np.int64) + 40
    return rows(
        Calls, len(chosen), at=np.maximum(got.at[chosen] - before, got.at[chosen] // DAY * DAY),
        caller=np.where(rings, mine, theirs), callee=np.where(rings, theirs, mine),
        seconds=lengths(rng, len(chosen), median=70, answered=0.9), device=-1, region=-1,
    )  # fmt: skip
