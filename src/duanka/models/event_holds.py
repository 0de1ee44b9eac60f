"""What holding events costs the honest and saves the robbed: the first question of a bank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RATES_PER_10K = (1, 5, 10)


def amount_held(
    scores: NDArray[np.float64],
    bad: NDArray[np.bool_],
    amount_fen: NDArray[np.int64],
    *,
    false_holds_per_10k: Sequence[int] = RATES_PER_10K,
) -> dict[int, dict[str, float]]:
    """How much of the bad would have been held, at each rate of honest transfers held by mistake.

    Columns: of each rate `share` of the bad amount held, `events` as share of the bad events, `score` from
        which on is held. Ties with the first honest one too many are let go.
    Units: rates are honest transfers held, of 10,000 honest ones; rounded down.
    """
    honest = np.sort(scores[~bad])[::-1]
    found = {}
    for rate in false_holds_per_10k:
        most = rate * honest.size // 10_000
        limit = honest[most] if most < honest.size else -np.inf
        held = bad & (scores > limit)
        found[rate] = {
            "share": _share(int(amount_fen[held].sum()), int(amount_fen[bad].sum())),
            "events": _share(int(held.sum()), int(bad.sum())),
            "score": float(limit),
        }
    return found


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
