"""Scores, families of signals and reasons of vectors, as `jobs.judge.tell` gives them."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from duanka.features import catalogue
from duanka.models import event_peers, explain, serve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.features.catalogue import Subject
    from duanka.models.model import Model
    from duanka.policy.dated import Regime

EXPLAINED_SCORE = 0.01
"""Below this score nothing is done to anybody, so no reason is owed; equal to `jobs.judge`'s."""


class Found(NamedTuple):
    """What a model found in one vector."""

    score: float
    families: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def find(model: Model, subject: Subject, X: NDArray[np.float32], regime: Regime) -> list[Found]:
    """What the model finds in each vector; families and reasons only where a look is worth it."""
    looked = serve.look(model, X)
    scores = event_peers.lifted(model, X, scores=looked.scores, subject=subject, regime=regime)
    found = [Found(one) for one in scores.tolist()]
    rows = np.flatnonzero(scores >= EXPLAINED_SCORE)
    if not rows.size:
        return found
    given = explain.known_only(serve.contributions(model, looked, rows), X[rows])
    given += event_peers.added(model, X[rows], subject=subject, regime=regime)
    counted = explain.counted_families(
        given,
        catalogue.signal_families(subject),
        at_least=regime.number("signals.family_log_odds"),
        least_share=regime.number("signals.family_share"),
    )
    which, _ = explain.strongest(given, top=int(regime.number("signals.most_reasons")))
    names = catalogue.names_of(subject)
    told = [name != catalogue.CONTEXT for name in counted.names]
    lines = zip(rows.tolist(), (counted.counted & told).tolist(), which.tolist(), strict=True)
    for row, counts, strongest in lines:
        found[row] = Found(
            found[row].score,
            tuple(compress(counted.names, counts)),
            tuple(names[i] for i in strongest if i >= 0),
        )
    return found
