"""Whether what is judged today still looks like what the model learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from duanka.errors import BadModel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_QUANTILES = 21
_LEAST_SHARE = 1e-4


@dataclass(frozen=True)
class Drift:
    """How far one column moved: stability index, largest gap of the two distributions, missing.

    Units: a stability index under 0.1 is usually read as none, over 0.25 as a shift to look into;
        that reading is a habit of the trade, not a law, and no measure hangs on it.
    """

    name: str
    stability_index: float
    largest_gap: float
    missing_before: float
    missing_now: float


def reference(
    X: NDArray[np.float32], scores: NDArray[np.float64], names: Sequence[str]
) -> dict[str, object]:
    """What to keep of the training rows to tell drift later: quantiles, never a row.

    `score` is kept beside the features; the answer goes into the model's card as it is.
    """
    columns = {name: X[:, number] for number, name in enumerate(names)} | {"score": scores}
    return {name: _summary(column) for name, column in columns.items()}


def drift(
    kept: Mapping[str, object],
    X: NDArray[np.float32],
    scores: NDArray[np.float64],
    names: Sequence[str],
) -> list[Drift]:
    """The drift of every column since training, largest stability index first.

    Raises: BadModel if the card kept no such reference.
    """
    columns = {name: X[:, number] for number, name in enumerate(names)} | {"score": scores}
    found = []
    for name, column in columns.items():
        known = kept.get(name)
        if not isinstance(known, dict) or not {"cuts", "shares", "missing"} <= known.keys():
            raise BadModel(
                f"the model's card keeps no reference for `{name}`",
                fix="train the model again; its card then keeps one",
            )
        found.append(_moved(name, known, column))
    return sorted(found, key=lambda one: (-one.stability_index, one.name))


def _summary(column: NDArray[np.floating]) -> dict[str, object]:
    present = column[np.isfinite(column)].astype(np.float64)
    cuts = np.zeros(0)
    if len(present):
        cuts = np.unique(np.quantile(present, np.linspace(0, 1, _QUANTILES)[1:-1]))
    return {
        "cuts": cuts.tolist(),
        "shares": _shares(present, cuts).tolist(),
        "missing": 1 - len(present) / max(len(column), 1),
    }


def _shares(present: NDArray[np.float64], cuts: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share below the first cut, at it, between it and the next, and so on.

    A value that many cards share (0 transfers, say) is a cut, and so has a share of its own.
    """
    place = np.searchsorted(cuts, present, side="left") + np.searchsorted(
        cuts, present, side="right"
    )
    counts = np.bincount(place, minlength=2 * len(cuts) + 1)
    return np.asarray(counts / max(len(present), 1), np.float64)


def _moved(name: str, known: Mapping[str, object], column: NDArray[np.floating]) -> Drift:
    present = column[np.isfinite(column)].astype(np.float64)
    before = np.array(known["shares"], np.float64)
    now = _shares(present, np.array(known["cuts"], np.float64))
    missing_before = float(str(known["missing"]))
    missing = 1 - len(present) / max(len(column), 1)
    # missing is a bin like any other: a table that stopped arriving is the commonest drift
    old = np.maximum(np.append(before * (1 - missing_before), missing_before), _LEAST_SHARE)
    new = np.maximum(np.append(now * (1 - missing), missing), _LEAST_SHARE)
    index = float(np.sum((new - old) * np.log(new / old)))
    gap = float(np.abs(np.cumsum(now) - np.cumsum(before)).max()) if len(present) else 0.0
    return Drift(name, index, gap, missing_before, missing)
