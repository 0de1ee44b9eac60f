"""Shares, rates and expected cards in whole parts of a power of two: their sums are the same in any order.

Sums of such numbers lose nothing below 2⁵³ parts, so that a hundred million cards added up by DuckDB, by arrays or one by
one in plain loops give the same bits, and no row of a scorecard hangs on the order in which cards came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SHARE_PARTS = 2.0**20
"""Parts of one in which shares of a month or of what can be seen are told: about a millionth."""
CARD_PARTS = 2.0**36
"""Parts of a card in which what is expected is told; exact up to 131,072 expected cards of a unit and month."""


def shares(found: Floats) -> Floats:
    """Shares in whole parts of about a millionth, the nearest; a tie goes to the even one.

    Example:
        >>> shares(np.array([0.5, 1 / 3])).tolist()
        [0.5, 0.33333301544189453]
    """
    return np.asarray(np.rint(found * SHARE_PARTS) / SHARE_PARTS)


def cards(found: Floats) -> Floats:
    """Expected cards, or of one card, in whole parts of 2⁻³⁶, the nearest; a tie goes to the even one.

    Example:
        >>> one = cards(np.array([0.1, 0.2, 0.3]))
        >>> (one[0] + one[1]) + one[2] == one[0] + (one[1] + one[2])
        np.True_
    """
    out = found * CARD_PARTS
    np.rint(out, out=out)
    out /= CARD_PARTS
    return np.asarray(out)
