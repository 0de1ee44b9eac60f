"""The reference of honest events that comes with the product, made from towns whose truth is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duanka.features import event_peers as features
from duanka.jobs.train_default import joined, plan_of, town_examples
from duanka.models.event_peers import summary

if TYPE_CHECKING:
    from duanka.features.catalogue import Subject
    from duanka.jobs.progress import Progress
    from duanka.jobs.train_default import Practice
    from duanka.models.examples import Examples

DRAWN = 100_000


def learn(
    practice: Practice, *, threads: int, say: Progress
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """What honest events of these towns look like, by subject and feature; see `models.event_peers.summary`."""
    parts: dict[Subject, list[Examples]] = {}
    for n in range(practice.towns):
        with say.stage(f"城镇 town {n + 1}/{practice.towns}"):
            for subject, examples in town_examples(plan_of(practice, n), threads).items():
                if subject in features.STANDS_OUT:
                    parts.setdefault(subject, []).append(examples)
    return {subject: of_honest(subject, joined(some)) for subject, some in sorted(parts.items())}


def of_honest(subject: Subject, examples: Examples) -> dict[str, dict[str, list[float]]]:
    """The summary of each feature asked of a subject, over honest examples by what they stand for."""
    honest = np.flatnonzero(examples.y == 0)
    stands_for = examples.weight[honest]
    chance = np.random.default_rng(len(honest))
    drawn = honest[chance.choice(honest.size, DRAWN, p=stands_for / stands_for.sum())]
    return {
        name.removeprefix(features.FALLING): summary(examples.X[drawn, column])
        for _, column, name, _ in features.asked(subject)
    }
