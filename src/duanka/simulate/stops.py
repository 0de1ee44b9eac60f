"""What stopped cards no longer do: events in the days of a measure fail or never happen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate.journal import Moves, keep
from duanka.simulate.people import NEVER
from duanka.simulate.scene import OUTSIDE

if TYPE_CHECKING:
    from duanka.simulate.journal import Record
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


def _within(scene: Scene, stops: list[Stop], sim: Flags, card: Ints, at: Ints) -> Flags:
    out = np.zeros(len(at), bool)
    for kind, cards in ((False, scene.accounts), (True, scene.sims)):
        begin, end = np.full(cards.count, NEVER), np.full(cards.count, NEVER)
        for is_sim, number, first, last in stops:
            if is_sim == kind:
                begin[number], end[number] = first, last
        own = (sim == kind) & (card < OUTSIDE)
        number = np.where(own, card, 0)
        out |= own & (at >= begin[number]) & (at < end[number])
    return out


def stopped(
    scene: Scene, rng: np.random.Generator, stops: list[Stop], record: Record,
    sides: tuple[str, ...],
) -> Record:  # fmt: skip
    """The events that still happen: of those that a measure stops, a few transfers remain as failures."""
    count = len(record.at)
    sims = np.full(count, fill_value=not isinstance(record, Moves))
    sims = getattr(record, "sim", sims)
    hit = np.zeros(count, bool)
    for side in sides:
        hit |= _within(scene, stops, sims, getattr(record, side), record.at)
    if isinstance(record, Moves):
        tried = hit & (record.failed | (rng.random(count) < 0.1))
        record = replace(record, failed=record.failed | tried)
        hit &= ~tried
    return keep(record, ~hit)
