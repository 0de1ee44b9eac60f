"""Scores, families of signals and reasons of vectors, as `jobs.judge.tell` gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from duanka.features import catalogue
from duanka.models import explain
from duanka.models.score import score

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.features.catalogue import Subject
    from duanka.models.model import Model
    from duanka.policy.dated import Regime

EXPLAINED_SCORE = 0.01
"""Below this score nothing is done to anybody, so no reason is owed; equal to `jobs.judge`'s."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a model found in one vector."""

    score: float
    families: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def find(model: Model, subject: Subject, X: NDArray[np.float32], regime: Regime) -> list[Found]:
    """What the model finds in each vector; families and reasons only where a look is worth it."""
    scores = score(model, X)
    found = [Found(one) for one in scores.tolist()]
    rows = np.flatnonzero(scores >= EXPLAINED_SCORE)
    if not rows.size:
        return found
    given = explain.contributions(model, X[rows])[0]
    counted = explain.counted_families(
        given,
        catalogue.signal_families(subject),
        at_least=regime.number("signals.family_log_odds"),
        least_share=regime.number("signals.family_share"),
    )
    which, amount = explain.strongest(given, top=int(regime.number("signals.most_reasons")))
    names = catalogue.names_of(subject)
    for line, row in enumerate(rows.tolist()):
        families = zip(counted.names, counted.counted[line], strict=True)
        reasons = zip(which[line], amount[line], strict=True)
        found[row] = Found(
            found[row].score,
            tuple(name for name, counts in families if counts and name != catalogue.CONTEXT),
            tuple(names[i] for i, a in reasons if i >= 0 and a > 0),
        )
    return found
