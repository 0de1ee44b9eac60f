"""One number against another: the shape of most derived features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duanka.features.spec import Derived

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.features.spec import Family

    Floats = NDArray[np.float64]

MOST = 9.0


def share(part: Floats, whole: Floats) -> Floats:
    """Part of the whole, at most 9; NaN where there is no whole.

    Example:
        >>> share(np.array([1.0, 5.0, 50.0]), np.array([4.0, 0.0, 2.0])).tolist()
        [0.25, nan, 9.0]
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(whole > 0, np.minimum(part / whole, MOST), np.nan)


def ratio(name: str, words: tuple[str, str], family: Family, needs: tuple[str, str]) -> Derived:
    """The derived feature that sets the first of two columns against the second."""
    return Derived(name, words[0], words[1], family, needs, share)
