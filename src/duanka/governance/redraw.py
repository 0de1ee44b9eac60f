"""The same months with other luck: implicated cards drawn again, to tell what of a listing is chance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from duanka.governance.scorecard import Governed


def redrawn(found: Governed, *, seed: int) -> Governed:
    """What the listings would stand on had chance fallen otherwise: each implicated card counts as often as a die says.

    A Poisson bootstrap of cards: what is expected of units stays as it is, and so do their cards.
    """
    dice = np.random.default_rng(seed)
    sheets = tuple(
        replace(
            sheet,
            by_known=np.repeat(sheet.by_known, dice.poisson(1.0, sheet.by_known.shape[0]), axis=0),
        )
        for sheet in found.sheets
    )
    return replace(found, sheets=sheets)
