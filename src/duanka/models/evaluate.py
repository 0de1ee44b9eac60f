"""How good the judgements are: at review capacity, by amount, by probability, and for whom they err.

Truth is what is known by now. Where it is labels and not simulated truth, every precision here is a
lower bound and every false positive rate an upper one, since unlabelled is not innocent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def average_precision(
    scores: NDArray[np.float64], truth: NDArray[np.int8], weight: NDArray[np.float64] | None = None
) -> float:
    """The mean precision at each find, cards with the same score counted as one step; NaN if none.

    Example:
        >>> average_precision(np.array([0.9, 0.8, 0.7]), np.array([1, 0, 1], np.int8))
        0.8333333333333333
    """
    weight = np.ones(len(scores)) if weight is None else weight
    order = np.argsort(-scores, kind="stable")
    ranked, found = scores[order], (weight * (truth == 1))[order]
    total = found.sum()
    if not total:
        return float("nan")
    last = np.append(ranked[1:] != ranked[:-1], True)
    hits, judged = np.cumsum(found)[last], np.cumsum(weight[order])[last]
    return float(np.sum(np.diff(hits, prepend=0.0) * hits / judged) / total)
