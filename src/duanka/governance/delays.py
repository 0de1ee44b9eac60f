"""How long after opening a card becomes known as implicated, and so how much of a young month is still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def hazards(opened: Floats, known: Floats, cover: Floats) -> Floats:
    """How likely a card is to become known in each month of its youth.

    A life table: in each month of age, cards that became known over cards that could have, so that neither
    openings before the labels begin nor openings of last week bend it. A month of age that few cards reached
    leans on the mean of all ages with the weight of one card.

    Shapes: `opened` [months]; `known` [months of opening, months of age]; `cover` [months]: the share of each
        month that labels cover; returns [months of age].
    Source: the reverse-time view of reporting delays, e.g. Kalbfleisch and Lawless 1989.
    """
    count, young = known.shape
    at_risk = np.zeros(young)
    for age in range(young):
        at_risk[age] = float(opened[: count - age] @ cover[age:]) if age < count else 0.0
    found = known.sum(axis=0)
    if found.sum() <= 0 or at_risk.sum() <= 0:
        return np.zeros(young)
    mean = found.sum() / at_risk.sum()
    return np.asarray((found + 1.0) / (at_risk + 1.0 / mean), dtype=np.float64)


def seen_share(hazard: Floats, cover: Floats) -> Floats:
    """Which share of what a month's openings will show in their youth could be seen by the end of each month.

    Shapes: `hazard` [months of age]; `cover` [months]; returns [months of opening, months looked from].
    Units: 0…1; an even delay where nothing is known of it.
    """
    young, count = hazard.size, cover.size
    share = hazard / hazard.sum() if hazard.sum() > 0 else np.full(young, 1.0 / young)
    by_month = np.zeros((count, count))
    for age in range(min(young, count)):
        rows = np.arange(count - age)
        by_month[rows, rows + age] = share[age] * cover[age:]
    return np.cumsum(by_month, axis=1)
