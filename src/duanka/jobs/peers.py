"""Cards are also compared with their peers: the towns a default has seen, or the few labels here, are not all there is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from duanka.features import catalogue
from duanka.features.peers import columns_of
from duanka.models import peers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.jobs.judge import Told
    from duanka.jobs.judges import Judge
    from duanka.models.peers import Standing
    from duanka.policy.dated import Regime


def compared(told: Told, judge: Judge, X: NDArray[np.float32], regime: Regime) -> Told:
    """What was told of these cards, with how far each stands out from the others joined to its score.

    Not where a model was asked for by name, nor where few cards stand beside one another. A card whose score
    owes more to standing out than to the model, or of which the model had nothing to say, tells the
    families and features in which it stands out.
    """
    if judge.how == "given" or len(X) < int(regime.number("peers.least_cards")):
        return told
    found = peers.standing(X, columns_of(judge.subject))
    alone = peers.chance(
        found.far,
        base=regime.number("peers.base_rate"),
        slope=regime.number(f"peers.{judge.subject}_slope"),
        most=regime.number("peers.most"),
    )
    model = peers.lifted(
        told.score, found.far, weight=regime.number(f"peers.{judge.subject}_weight")
    )
    joined = peers.either(model, alone)
    silent = np.ones(len(X), np.bool_)
    silent[[row for row, said in told.families.items() if said]] = False
    worth = joined > 10 * regime.number("peers.base_rate")
    rows = np.flatnonzero(worth & ((alone > told.score) | silent))
    families, reasons, values = dict(told.families), dict(told.reasons), dict(told.values)
    names = catalogue.names_of(judge.subject)
    most = int(regime.number("signals.most_reasons"))
    for row in rows.tolist():
        where = _where(found, row, most)
        families[row] = [
            f for f, out in zip(found.families, found.outstanding[row], strict=True) if out
        ]
        reasons[row] = [names[c] for c in where]
        values[row] = {names[c]: float(X[row, c]) for c in where}
    return replace(
        told,
        score=joined,
        families=families,
        reasons=reasons,
        values=values,
    )


def _where(found: Standing, row: int, most: int) -> list[int]:
    """The columns in which a card stands out, furthest first."""
    rank = found.rank[row]
    order = np.argsort(-rank, kind="stable")
    return [found.columns[i] for i in order[:most] if rank[i] >= peers.OUTSTANDING]
