"""What stopped cards no longer do: events in the days of a measure fail or never happen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate.journal import keep
from duanka.simulate.people import NEVER
from duanka.simulate.scene import OUTSIDE

if TYPE_CHECKING:
    from duanka.simulate.journal import Moves, Record
    from duanka.simulate.labels import Found
    from duanka.simulate.rhythm import Flags, Ints
    from duanka.simulate.scene import Scene

Stop = tuple[bool, int, int, int]  # of a SIM?, its number, from, until (seconds)


def stops_of(
    rng: np.random.Generator, found: list[Found], blocks: list[dict[int, int]]
) -> list[Stop]:
    """When which card was stopped: after a lead, or after a label until it was cleared."""
    stops: dict[tuple[bool, int], tuple[int, int]] = {}
    for block in blocks:
        for number, at in block.items():
            if number < OUTSIDE:
                stops[False, number] = (at, NEVER)
    for label in found:
        key = (label.sim, label.number)
        begin, _ = stops.get(key, (NEVER, NEVER))
        if label.implicated:
            stops[key] = (min(begin, label.at + int(rng.exponential(20_000))), NEVER)
        elif key in stops:
            stops[key] = (begin, label.at)
    return [(sim, number, *days) for (sim, number), days in sorted(stops.items())]


def _within(scene: Scene, stops: list[Stop], card: tuple[Flags, Ints], at: Ints) -> Flags:
    sim, number = card
    out = np.zeros(len(at), bool)
    for kind, cards in ((False, scene.accounts), (True, scene.sims)):
        begin, end = np.full(cards.count, NEVER), np.full(cards.count, NEVER)
        for is_sim, stopped_card, first, last in stops:
            if is_sim == kind:
                begin[stopped_card], end[stopped_card] = first, last
        own = (sim == kind) & (number < OUTSIDE)
        row = np.where(own, number, 0)
        out |= own & (at >= begin[row]) & (at < end[row])
    return out


def stopped_moves(scene: Scene, rng: np.random.Generator, stops: list[Stop], moves: Moves) -> Moves:
    """The transfers that still happen; of those that a measure stops, a few remain as failures."""
    account = np.zeros(len(moves.at), bool)
    hit = _within(scene, stops, (account, moves.payer), moves.at)
    hit |= _within(scene, stops, (account, moves.payee), moves.at)
    tried = hit & (moves.failed | (rng.random(len(hit)) < 0.02))
    return keep(replace(moves, failed=moves.failed | tried), ~hit | tried)


def stopped(scene: Scene, stops: list[Stop], record: Record, sides: tuple[str, ...]) -> Record:
    """The calls, messages or sightings that still happen."""
    sim = getattr(record, "sim", np.ones(len(record.at), bool))
    hit = np.zeros(len(record.at), bool)
    for side in sides:
        hit |= _within(scene, stops, (sim, getattr(record, side)), record.at)
    return keep(record, ~hit)
