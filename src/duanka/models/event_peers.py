"""How far a transfer, call or application stands out from honest ones, and what that adds to a model's score.

A default model knows simulated towns. Elsewhere what the trade knows still holds: money that came in
goes on at once, a stranger is paid more than ever before, a caller whom nobody calls back. Honest
events of a fixed reference say how rare each of these is; the log-odds of the model move by how many
bits an event stands out on average over families, in the one shape in which it stands out most.

The reference is a file, not the events judged beside it: so an event that is answered while it
happens, alone, gets the value that a run gives it later among all the others.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numba
import numpy as np

from duanka.errors import BadModel
from duanka.features import event_peers as features

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from duanka.features.catalogue import Subject
    from duanka.models.model import Model
    from duanka.policy.dated import Regime

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]
    Matrix = NDArray[np.float32]

FILE = "event_reference.json"
AT_LEAST_ABOVE = 1 / 400
"""Nothing is rarer than one honest event in so many: the reference cannot tell, and one extreme decides nothing."""
QUANTILES = np.array([*np.arange(0.02, 0.97, 0.02), 0.97, 0.98, 0.985, 0.99, 0.995, 0.9975])


@dataclass(frozen=True)
class Reference:
    """What honest events of a subject look like in the features asked of them.

    Shapes: column, shape (entries,); start (entries + 1,) into `cuts`; bits: two a cut and one more an
        entry: below, at and between the cuts, how far that stands out, weighted within its shape.
    """

    column: Ints
    shape: Ints
    start: Ints
    cuts: Floats
    bits: Floats


def summary(values: NDArray[np.floating]) -> dict[str, list[float]]:
    """What a reference keeps of a column of honest events: cuts, and the shares below, at and between."""
    known = values[np.isfinite(values)].astype(np.float64)
    if known.size < 0.1 * max(values.size, 1):
        return {"cuts": [], "shares": [1.0]}
    cuts = np.unique(np.quantile(known, QUANTILES, method="higher"))
    place = np.searchsorted(cuts, known, "left") + np.searchsorted(cuts, known, "right")
    shares = np.bincount(place, minlength=2 * cuts.size + 1) / known.size
    return {"cuts": cuts.tolist(), "shares": [round(one, 6) for one in shares.tolist()]}


@cache
def shipped(subject: Subject) -> Reference | None:
    """The reference that comes with the product; none of subjects that are no events.

    Raises: BadModel if the file does not know a feature that is asked for.
    """
    if subject not in features.STANDS_OUT:
        return None
    text = resources.files("duanka.models").joinpath(FILE).read_text("utf-8")
    return reference(subject, json.loads(text)[subject])


def reference(subject: Subject, kept: Mapping[str, Mapping[str, list[float]]]) -> Reference:
    """The reference made of what is kept of each feature, by name; see `summary`.

    Raises: BadModel if a feature that is asked for was not kept.
    """
    column, shape, cuts, bits, start = [], [], [], [], [0]
    for number, place, name, weight in features.asked(subject):
        bare = name.removeprefix(features.FALLING)
        if bare not in kept:
            raise BadModel(
                f"the reference of honest events does not know `{bare}`",
                where=f"{FILE}: {subject}",
                fix="make it anew with `python bench/event_reference.py`",
            )
        shares = np.array(kept[bare]["shares"])
        above = 1 - (np.cumsum(shares) - shares / 2) / shares.sum()
        rare = -np.log2((above if bare == name else 1 - above) + AT_LEAST_ABOVE)
        column.append(place)
        shape.append(number)
        cuts += kept[bare]["cuts"]
        bits += (weight * (rare - (shares * rare).sum() / shares.sum())).tolist()
        start.append(len(cuts))
    whole = [np.array(one, np.int32) for one in (column, shape, start)]
    return Reference(whole[0], whole[1], whole[2], np.array(cuts, float), np.array(bits))


def far(known: Reference, X: Matrix) -> tuple[Floats, Ints]:
    """How many bits each event stands out in the shape in which it does most, and that shape's number.

    Shapes: X (events, features), NaN is unknown and says nothing.
    """
    out, chosen = np.empty(len(X)), np.empty(len(X), np.int32)
    _far(np.ascontiguousarray(X), known.column, known.shape, known.start, known.cuts, known.bits, out, chosen)  # fmt: skip
    return out, chosen


def lifted(model: Model, X: Matrix, *, scores: Floats, subject: Subject, regime: Regime) -> Floats:
    """The model's scores, their log-odds moved by a weight for each bit by which an event stands out.

    Honest events stand out by some bits, too; what stands out by fewer loses some of its score, so that
    no more of the honest are held than by the model alone. A model without a reference, such as one
    that was named, is left alone.
    """
    if model.honest is None or not len(X):
        return scores
    weight, usual = (regime.number(f"peers.{subject}_{what}") for what in ("weight", "usual"))
    out = np.empty(len(X))
    _lift(scores, far(model.honest, X)[0] - usual, weight, out)
    return out


def added(model: Model, X: Matrix, *, subject: Subject, regime: Regime) -> Floats:
    """What each feature adds to the log-odds by standing out, beside what the model gives it.

    Shapes: (events, features).
    """
    out, known = np.zeros(X.shape), model.honest
    if known is not None and len(X):
        X, weight = np.ascontiguousarray(X), regime.number(f"peers.{subject}_weight")
        _add(X, known.column, known.shape, known.start, known.cuts, known.bits, far(known, X)[1], weight, out)  # fmt: skip
    return out


@numba.njit(cache=True, nogil=True)
def _cell(x: float, cuts: Floats, begin: int, end: int) -> int:
    """Which cell of an entry a value falls into: 2 for each cut below it, 1 more if it is at one."""
    low, high = begin, end
    while low < high:
        middle = (low + high) // 2
        if cuts[middle] < x:
            low = middle + 1
        else:
            high = middle
    return 2 * (low - begin) + int(low < end and cuts[low] == x)


@numba.njit(cache=True, nogil=True)
def _far(  # noqa: PLR0917  # a kernel takes arrays, not records
    X: Matrix, column: Ints, shape: Ints, start: Ints, cuts: Floats, bits: Floats, out: Floats, chosen: Ints,
) -> None:  # fmt: skip
    """Fills both, row after row in the entries' order; the first of equal shapes is chosen."""
    total = np.zeros(shape[-1] + 1)
    for row in range(X.shape[0]):
        total[:] = 0.0
        for entry in range(column.size):
            x = X[row, column[entry]]
            if not math.isnan(x):
                begin, end = start[entry], start[entry + 1]
                total[shape[entry]] += bits[2 * begin + entry + _cell(x, cuts, begin, end)]
        best = 0
        for one in range(1, total.size):
            if total[one] > total[best]:
                best = one
        out[row], chosen[row] = total[best], best


@numba.njit(cache=True, nogil=True)
def _lift(scores: Floats, bits: Floats, weight: float, out: Floats) -> None:
    """One event at a time: the same value whatever stands beside it."""
    for row in range(scores.size):
        sure = min(max(scores[row], 1e-9), 1 - 1e-9)
        logit = math.log(sure / (1 - sure)) + weight * bits[row]
        out[row] = 1 / (1 + math.exp(-logit))


@numba.njit(cache=True, nogil=True)
def _add(  # noqa: PLR0917  # a kernel takes arrays, not records
    X: Matrix, column: Ints, shape: Ints, start: Ints, cuts: Floats, bits: Floats, chosen: Ints, weight: float, out: Floats,
) -> None:  # fmt: skip
    for row in range(X.shape[0]):
        for entry in range(column.size):
            x = X[row, column[entry]]
            if shape[entry] == chosen[row] and not math.isnan(x):
                begin, end = start[entry], start[entry + 1]
                cell = _cell(x, cuts, begin, end)
                out[row, column[entry]] += weight * bits[2 * begin + entry + cell]
