"""What comes to be known, and when: labels, leads, mistakes and their correction, and card status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.simulate.people import NEVER
from duanka.simulate.rhythm import DAY
from duanka.simulate.roster import ROLES
from duanka.simulate.scene import OUTSIDE, Scene

if TYPE_CHECKING:
    from duanka.simulate.finish import Names
    from duanka.simulate.launder import Scam
    from duanka.simulate.roster import BadCard

HOUR = 3_600
SOURCES = ("police", "court", "review", "appeal")
MEASURES = ("query", "stop_payment", "freeze", "suspend", "verify")


@dataclass(frozen=True)
class Found:
    """A label before it has ids: instant in seconds from the first midnight."""

    sim: bool
    number: int
    implicated: bool
    at: int
    source: str
    role: str | None


@dataclass(frozen=True)
class Told:
    """A lead before it has ids."""

    at: int
    sim: bool
    number: int
    issuer: int
    measure: str
    hours: float
    fen: int  # -1 unknown
    case: int
    scam: int  # which scam it speaks of, or -1


def find_labels(
    scene: Scene, rng: np.random.Generator, bad: list[BadCard], first_at: dict[tuple[bool, int], int],
    payees: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> list[Found]:  # fmt: skip
    """Labels inside the window: late, incomplete, now and then wrong and later cleared."""
    ways, out = scene.plan.ways, []
    for card in bad:
        first = first_at.get((card.sim, card.number))
        if first is None or rng.random() > ways.labelled:
            continue
        wait = np.exp(rng.normal(np.log(ways.label_days * DAY), 0.9))
        at = int(first + rng.uniform(0, max(card.stop - first, 1)) * 0.5 + wait)
        if at >= scene.seconds:
            continue
        source = str(rng.choice(SOURCES[:3], p=[0.82, 0.03, 0.15]))
        out.append(
            Found(
                card.sim, card.number, True, at, source, card.role if rng.random() < 0.55 else None
            )
        )
    right = len(out)
    known = {(c.sim, c.number) for c in bad}
    # The innocent who were taken for guilty: those the money went to, mostly, and callers by trade.
    wrong = int(rng.binomial(max(right, 1) * 20, ways.wrong_labels / 20)) if right else 0
    cleared = int(rng.poisson(ways.cleared * max(right, 1))) if bad else 0
    honest = _suspected(scene, rng, known, wrong + cleared, payees)
    for turn, (sim, number) in enumerate(honest):
        at = int(rng.uniform(0.1, 0.95) * scene.seconds)
        if turn < wrong:
            out.append(Found(sim, number, True, at, str(rng.choice(["police", "review"])), None))
            at += int(np.exp(rng.normal(np.log(9 * DAY), 0.7)))
            if at < scene.seconds:
                out.append(Found(sim, number, False, at, "appeal", None))
        else:
            out.append(Found(sim, number, False, at, str(rng.choice(["review", "appeal"])), None))
    return sorted(out, key=lambda f: (f.at, f.sim, f.number))


def _suspected(
    scene: Scene, rng: np.random.Generator, known: set[tuple[bool, int]], count: int,
    payees: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> list[tuple[bool, int]]:  # fmt: skip
    out: list[tuple[bool, int]] = []
    near = payees[payees < OUTSIDE]
    odd = np.flatnonzero(scene.people.trade >= 4)
    while len(out) < count:
        u = rng.random()
        if u < 0.3 and len(near):
            card = (False, int(rng.choice(near)))
        elif u < 0.65:
            card = (False, int(scene.wallets.main[rng.choice(odd)]))
        elif u < 0.9:
            card = (True, int(scene.wallets.sim[rng.choice(odd)]))
        else:
            card = (False, int(rng.integers(0, scene.accounts.count)))
        if card not in known:
            known = known | {card}
            out.append(card)
    return out


def find_leads(
    scene: Scene, rng: np.random.Generator, scams: list[Scam], bad: list[BadCard],
    first_at: dict[tuple[bool, int], int],
) -> list[Told]:  # fmt: skip
    """Notices about cards: reports of victims, deeper layers, SIMs, and inquiries about the innocent."""
    out: list[Told] = []
    deeper = {c.ring: [d for d in bad if d.ring == c.ring and d.layer > 1] for c in bad}
    for number, scam in enumerate(scams):
        if scam.reported_at >= scene.seconds:
            continue
        measure = str(rng.choice(["stop_payment", "freeze", "query"], p=[0.6, 0.25, 0.15]))
        hours = 0.5 if measure == "stop_payment" else float(rng.choice([2, 24, 48]))
        issuer = int(rng.integers(0, 40))
        out.append(
            Told(
                scam.reported_at,
                False,
                scam.card.number,
                issuer,
                measure,
                hours,
                scam.fen,
                number,
                number,
            )
        )
        later = [
            d
            for d in deeper.get(scam.ring, [])
            if first_at.get((False, d.number), NEVER) < scam.reported_at
        ]
        if later and rng.random() < 0.12:
            card = later[int(rng.integers(0, len(later)))]
            at = scam.reported_at + int(np.exp(rng.normal(np.log(20 * HOUR), 1.0)))
            out.append(Told(at, False, card.number, issuer, "freeze", 24.0, -1, number, -1))
    for card in bad:
        first = first_at.get((card.sim, card.number))
        if card.sim and first is not None and rng.random() < 0.3:
            at = first + int(np.exp(rng.normal(np.log(3 * DAY), 1.0)))
            out.append(
                Told(at, True, card.number, int(rng.integers(0, 40)), "suspend", 24.0, -1, -1, -1)
            )
    # Disputes with sellers, mistyped numbers, routine inquiries: notices about the innocent look alike.
    for _ in range(int(rng.poisson(0.3 * max(len(out), 1)))):
        sim = bool(rng.random() < 0.3)
        fen = (
            int(np.exp(rng.normal(np.log(300_000), 1.5))) if rng.random() < 0.5 and not sim else -1
        )
        words, weights = (["query", "verify", "suspend"], [0.4, 0.4, 0.2]) if sim else (
            ["query", "verify", "stop_payment", "freeze"], [0.35, 0.25, 0.3, 0.1])  # fmt: skip
        told = Told(
            int(rng.uniform(0, scene.seconds)),
            sim,
            int(rng.integers(0, scene.people.count)),
            int(rng.integers(0, 40)),
            str(rng.choice(words, p=weights)),
            float(rng.choice([0.5, 2, 24, 48])),
            fen,
            -1,
            -1,
        )
        out.append(told)
    return sorted((t for t in out if t.at < scene.seconds), key=lambda t: (t.at, t.sim, t.number))


def card_names(names: Names, sim: list[bool], number: list[int]) -> list[str]:
    """The ids of cards of both kinds."""
    return [names.sims[n] if s else names.accounts[n] for s, n in zip(sim, number, strict=True)]


def role_enum() -> pl.Enum:
    """The role words of the contract."""
    return pl.Enum(ROLES)
