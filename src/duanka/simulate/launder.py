"""Illicit money: victims' payments, layers, exits, tests, and what reports do to the cards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate.journal import (
    ATM,
    CASH_OUT,
    LAYERING,
    MOBILE,
    OTHER,
    PERSONAL,
    POS,
    PURCHASE,
    QR,
    TEST,
    THIRD,
    VICTIM_PAYMENT,
    WEB,
    Moves,
    join,
    rows,
)  # fmt: skip
from duanka.simulate.people import NEVER
from duanka.simulate.rhythm import DAY
from duanka.simulate.scene import (
    CASH,
    CRYPTO,
    CRYPTO_COUNT,
    OVERSEAS,
    OVERSEAS_COUNT,
    Scene,
    merchants,
    outsiders,
)  # fmt: skip

if TYPE_CHECKING:
    from duanka.simulate.roster import BadCard, Ring

HOUR = 3_600


@dataclass(frozen=True)
class Scam:
    """A payment by a victim, and what became known of it."""

    ring: int
    victim: int  # a person of the town, or -1
    payer: int
    card: BadCard
    at: int
    fen: int
    reported_at: int  # NEVER where the victim was silent
    text: bool = False


@dataclass
class Spree:
    """What a ring's money does; filled while the sums are followed downwards."""

    moves: list[tuple[int, int, int, int, int, int, int, bool, int]] = field(default_factory=list)
    scams: list[Scam] = field(default_factory=list)
    block: dict[int, int] = field(default_factory=dict)
    sees: dict[int, int] = field(default_factory=dict)  # outsiders who pay the financier: sums

    def move(
        self, at: int, payer: int, payee: int, fen: int, *, channel: int = MOBILE, memo: int = PERSONAL,
        device: int = -1, region: int = -1, failed: bool = False, part: int = LAYERING,
    ) -> None:  # fmt: skip
        """Notes a transfer; one of nothing is not noted."""
        if fen > 0:
            self.moves.append(
                (at, payer, payee, fen, channel, memo * 100 + part, device, failed, region)
            )


def launder(scene: Scene, rng: np.random.Generator, ring: Ring) -> tuple[Moves, Spree]:
    """The ring's transfers, with its scams and the instants at which its accounts were stopped."""
    spree = Spree()
    cards = [c for c in ring.cards if c.use == "money"]
    by_layer: dict[int, list[BadCard]] = {}
    for card in cards:
        by_layer.setdefault(card.layer, []).append(card)
        _tests(scene, rng, ring, card, spree)
    work = Work(rng, ring, spree, {})
    for card in by_layer.get(1, []):
        work.onward[card.number] = _payments(scene, rng, ring, card, spree)
    for layer in sorted(by_layer):
        below = [c for later in by_layer if later > layer for c in by_layer[later]]
        for card in by_layer[layer]:
            _pass_on(work, card, below)
    columns = [np.array(c) for c in zip(*spree.moves, strict=True)] if spree.moves else []
    if not columns:
        return join(Moves, []), spree
    at, payer, payee, fen, channel, mixed, device, failed, region = columns
    memo, part = np.floor_divide(mixed, 100), np.mod(mixed, 100)
    return rows(
        Moves, len(at), at=at, payer=payer, payee=payee, fen=fen, channel=channel, memo=memo,
        device=device, region=region, failed=failed, part=part, ring=ring.number,
    ), spree  # fmt: skip


def _tests(scene: Scene, rng: np.random.Generator, ring: Ring, card: BadCard, spree: Spree) -> None:
    t = ring.tactics
    if rng.random() > t["test"] * scene.plan.ways.tested:
        return
    ahead = rng.uniform(300, 3_000) if card.clean else np.exp(rng.normal(np.log(9 * HOUR), 1.4))
    at = int(max(card.start - ahead, card.handover + 60, 0))
    if card.clean:
        at = max(at, card.start // DAY * DAY)
    if at >= card.start:
        return
    for _ in range(int(rng.integers(1, 4))):
        cents = rng.random() < t["test_cents"]
        fen = int(rng.choice([1, 1, 10, 50, 100]) if cents else rng.integers(5, 200) * 100)
        far = int(outsiders(rng, 1)[0])
        out = rng.random() < 0.4
        payer, payee = (card.number, far) if out else (far, card.number)
        spree.move(at, payer, payee, fen, device=card.device if out else -1, region=_place(ring, card),
                   channel=int(rng.choice([MOBILE, THIRD])), failed=rng.random() < 0.12,
                   memo=PERSONAL, part=TEST)  # fmt: skip
        at += int(rng.uniform(40, 900))
        if at >= card.start:
            return


def _place(ring: Ring, card: BadCard) -> int:
    return -1 if card.device < 0 else ring.region


def _scam_time(rng: np.random.Generator, ring: Ring, card: BadCard) -> int:
    for _ in range(12):
        day = int(rng.integers(card.start // DAY, card.stop // DAY + 1))
        night = rng.random() < ring.tactics["night"]
        hour = rng.uniform(21.5, 28.5) if night else rng.triangular(8.5, 14.5, 21.5)
        at = day * DAY + int(hour * HOUR) + int(rng.integers(0, 60))
        if card.start <= at < card.stop:
            return at
    return card.start + int(rng.uniform(0, min(card.stop - card.start, DAY)))


def _payments(
    scene: Scene, rng: np.random.Generator, ring: Ring, card: BadCard, spree: Spree
) -> list[tuple[int, int]]:
    t, ways = ring.tactics, scene.plan.ways
    count = max(1, int(rng.poisson(t["payers"] * max((card.stop - card.start) / DAY, 0.6))))
    times = sorted(_scam_time(rng, ring, card) for _ in range(min(count, 150)))
    times[0] = min(times[0], card.start + int(rng.exponential(HOUR)) + 30)
    got: list[tuple[int, int]] = []
    block, late = NEVER, 0
    for at in sorted(times):
        victim = int(rng.integers(0, scene.people.count)) if rng.random() < 0.3 else -1
        if victim >= 0 and any(victim in group for group in ring.members.values()):
            victim = -1
        payer = (
            int(scene.wallets.main[victim])
            if victim >= 0
            else int(outsiders(rng, 1, spread=0.3)[0])
        )
        yuan = float(np.exp(rng.normal(np.log(t["amount"]), t["spread"])))
        yuan = min(max(yuan, 50), 900_000)
        fen = int(yuan) * 100 if rng.random() > t["round"] else max(int(yuan / 500), 1) * 50_000
        if rng.random() < 0.15:
            fen += int(rng.integers(1, 99))
        if at >= block and ((late := late + 1) > 1 or rng.random() < 0.5):
            break  # the ring learns that the card is stopped
        failed = at >= block or rng.random() < 0.02
        qr = rng.random() < t["qr"]
        spree.move(
            at, payer, card.number, fen, channel=QR if qr else int(rng.choice([MOBILE, MOBILE, THIRD, WEB])),
            memo=int(rng.choice([PERSONAL, PERSONAL, PERSONAL, PURCHASE, OTHER])), part=VICTIM_PAYMENT, failed=failed,
        )  # fmt: skip
        if failed:
            continue
        got.append((at, fen))
        told = rng.random() < ways.reported * (0.35 if fen < 100_000 else 1.0)
        delay = np.exp(rng.normal(np.log(ways.report_hours * HOUR), 1.3)) if told else NEVER
        spree.scams.append(Scam(ring.number, victim, payer, card, at, fen, int(at + delay)))
        if told and rng.random() < 0.85:
            block = min(block, int(at + delay + np.exp(rng.normal(np.log(1.5 * HOUR), 1.0))))
    if block < NEVER:
        spree.block[card.number] = block
    return got


@dataclass(frozen=True)
class Work:
    """A ring at work: its dice, what it did, and what each account has yet to pass on."""

    rng: np.random.Generator
    ring: Ring
    spree: Spree
    onward: dict[int, list[tuple[int, int]]]


def _pass_on(work: Work, card: BadCard, below: list[BadCard]) -> None:
    """What an account received goes on, after a rest, less what stays."""
    rng, ring, spree = work.rng, work.ring, work.spree
    inflow = sorted(work.onward.get(card.number, []))
    t = ring.tactics
    block = spree.block.get(card.number, NEVER)
    carried, free_at = 0, 0
    for turn, (at, fen) in enumerate(inflow):
        carried += fen
        last = turn == len(inflow) - 1
        soon = not last and inflow[turn + 1][0] - at < t["delay"]
        if soon and rng.random() < 0.75:
            continue
        delay = float(np.exp(rng.normal(np.log(t["delay"]), 0.8)))
        when = max(at + int(delay) + 8, free_at)
        if when >= block:
            if rng.random() < 0.4:
                spree.move(when, card.number, int(outsiders(rng, 1)[0]), carried, failed=True,
                           device=card.device, region=_place(ring, card))  # fmt: skip
            return
        kept = float(np.clip(t["residue"] * rng.lognormal(0, 0.5), 0, 0.3))
        out = int(carried * (1 - kept))
        carried -= out
        free_at = _send(work, card, (when, out), below)
        if block < NEVER and rng.random() < 0.4:
            # The trace goes on to where the money went.
            for payee in {m[2] for m in spree.moves[-4:] if m[1] == card.number}:
                spree.block.setdefault(payee, block + int(rng.uniform(1, 30) * HOUR))


def _send(work: Work, card: BadCard, sum_: tuple[int, int], below: list[BadCard]) -> int:
    """A sum is split among deeper accounts and exits; returns when the last part was gone."""
    rng, ring, spree, onward = work.rng, work.ring, work.spree, work.onward
    t = ring.tactics
    at, total = sum_
    parts = max(1, int(rng.poisson(max(t["split"] - 1, 0)) + 1)) if total > 50_000 else 1
    shares = rng.dirichlet(np.full(parts, 3.0))
    place = _place(ring, card)
    if rng.random() < t["transit"] and total > 100_000:
        fund = int(merchants(rng, 1)[0])
        back = at + int(rng.uniform(2, 40) * HOUR)
        spree.move(at, card.number, fund, total, device=card.device, memo=OTHER, region=place)
        spree.move(back, fund, card.number, total, memo=OTHER)
        at = back + int(rng.uniform(200, 6_000))
    for share in shares:
        fen = int(total * share)
        if rng.random() < t["round"] and fen > 200_000:
            fen = fen // 10_000 * 10_000
        alive = [c for c in below if c.handover + HOUR <= at < c.stop + DAY]
        if alive and rng.random() < 0.85:
            to = alive[int(rng.integers(0, len(alive)))]
            spree.move(at, card.number, to.number, fen, device=card.device, region=place,
                       memo=int(rng.choice([PERSONAL, PERSONAL, PERSONAL, PERSONAL, OTHER])))  # fmt: skip
            onward.setdefault(to.number, []).append((at, fen))
        else:
            at = _leave(rng, ring, card, (at, fen), spree)
        at += int(rng.exponential(90)) + 12
    return at


def _leave(
    rng: np.random.Generator, ring: Ring, card: BadCard, sum_: tuple[int, int], spree: Spree
) -> int:
    """Money leaves the town's accounts; returns when the last of it was gone."""
    t, (at, fen) = ring.tactics, sum_
    ways_out = ("cash", "crypto", "overseas", "merchant", "outside")
    weight = np.array([t[w] for w in ways_out])
    way = ways_out[int(rng.choice(5, p=weight / weight.sum()))]
    place = _place(ring, card)
    if way == "cash":
        rest = fen // 10_000 * 10_000
        while rest >= 10_000:
            one = min(rest, int(rng.choice([200_000, 300_000, 500_000, 500_000, 250_000])))
            spree.move(
                at, card.number, CASH, one, channel=ATM, device=-2, region=place, part=CASH_OUT
            )
            rest -= one
            at += int(rng.uniform(35, 150))
            if rng.random() < 0.04:
                at += int(rng.uniform(0.5, 2) * HOUR)
        return at
    if way == "outside":
        to, part, channel = (
            int(outsiders(rng, 1, spread=0.3)[0]),
            LAYERING,
            int(rng.choice([MOBILE, WEB])),
        )
        if rng.random() < 0.15:
            spree.sees[to] = spree.sees.get(to, 0) + fen
    elif way == "merchant":
        to, part, channel = int(merchants(rng, 1)[0]), CASH_OUT, int(rng.choice([QR, POS, THIRD]))
    elif way == "crypto":
        to, part, channel = CRYPTO + int(rng.integers(0, CRYPTO_COUNT)), CASH_OUT, THIRD
    else:
        to, part, channel = OVERSEAS + int(rng.integers(0, OVERSEAS_COUNT)), CASH_OUT, WEB
    memo = PURCHASE if way == "merchant" else PERSONAL if rng.random() < 0.7 else -1
    spree.move(at, card.number, to, fen, channel=channel, device=card.device, region=place, part=part,
               memo=memo)  # fmt: skip
    return at
