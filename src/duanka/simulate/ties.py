"""Who knows whom: kin, workmates, classmates, friends, and acquaintances outside the town."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from duanka.simulate.scene import Scene, outsiders

if TYPE_CHECKING:
    from duanka.simulate.rhythm import Flags, Floats, Ints


@dataclass(frozen=True)
class Ties:
    """One row a pair; `other` is a person, or where `outside` an outsider's number."""

    one: Ints
    other: Ints
    weight: Floats
    close: Flags
    outside: Flags


def build_ties(scene: Scene, rng: np.random.Generator) -> Ties:
    """The acquaintance of a town, with how much each pair has to say to each other."""
    people = scene.people
    everyone = np.arange(people.count)

    def beside(key: Ints, step: int) -> tuple[Ints, Ints]:
        # A neighbour in the order of a key is of the same household or company.
        order = np.lexsort((rng.random(people.count), key))
        other = np.roll(order, -step)
        same = (key[order] == key[other]) & (key[order] >= 0)
        return order[same], other[same]

    kin = [beside(people.household, step) for step in (1, 2)]
    mates = [beside(people.group, step) for step in (1, 2, 5)]
    popularity = people.lively / people.lively.sum()
    friends = [(everyone, rng.choice(people.count, people.count, p=popularity)) for _ in range(3)]
    one, other, weight, close = [], [], [], []
    for pairs, median, spread, near in ((kin, 8.0, 0.9, True), (mates, 1.5, 1.1, False),
                                        (friends, 1.2, 1.3, False)):  # fmt: skip
        for a, b in pairs:
            fits = a != b
            one.append(a[fits])
            other.append(b[fits])
            weight.append(median * np.exp(rng.normal(0, spread, int(fits.sum()))))
            close.append(np.full(int(fits.sum()), near))
    a, b = np.concatenate(one), np.concatenate(other)
    share = scene.plan.ways.outside
    far = np.repeat(everyone, rng.poisson(10 * share, people.count))
    lively = np.sqrt(people.lively[a] * people.lively[b])
    return Ties(
        one=np.concatenate([a, far]),
        other=np.concatenate([b, outsiders(rng, len(far), spread=0.5)]),
        weight=np.concatenate([
            np.concatenate(weight) * lively,
            1.6 * np.exp(rng.normal(0, 1.4, len(far))) * people.lively[far],
        ]),
        close=np.concatenate([np.concatenate(close), np.zeros(len(far), bool)]),
        outside=np.concatenate([np.zeros(len(a), bool), np.ones(len(far), bool)]),
    )  # fmt: skip
