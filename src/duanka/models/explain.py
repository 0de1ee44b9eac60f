"""Which features moved a score and how far, and which independent families of signals agree.

Contributions are Shapley values of the trees (path-dependent, over the training rows that passed
each node), in log-odds of the raw score. They add up: base + contributions = raw score. Own parts
and prior parts of a blended model count with their weights in the blend.

Source: Lundberg et al. 2020; how they are worked out stands in `models.credit`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numba
import numpy as np

from duanka.errors import BadInput
from duanka.models import serve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from duanka.models.model import Model

_AT_ONCE = 4_096


@dataclass(frozen=True)
class Families:
    """How much each signal family pushes each card up, and whether that counts.

    Shapes: push, counted (rows, families), in the order of `names`.
    Units: push is the sum of the family's positive contributions, in log-odds.
    """

    names: tuple[str, ...]
    push: NDArray[np.float64]
    counted: NDArray[np.bool_]


def contributions(model: Model, X: NDArray[np.float32]) -> tuple[NDArray[np.float64], float]:
    """The contribution of every feature to every row's raw score, and the base they start from.

    Shapes: (rows, features). base + the row's sum = the raw score.
    """
    parts = [
        serve.contributions(model, serve.look(model, X[at : at + _AT_ONCE]))
        for at in range(0, max(len(X), 1), _AT_ONCE)
    ]
    return np.concatenate(parts), model.intercept + float(model.credit.base[0])


def known_only(given: NDArray[np.float64], X: NDArray[np.float32]) -> NDArray[np.float64]:
    """Contributions of which only known values raise a score: not to know something is no sign.

    What a model learned of the absence of a value still lowers a score, and moves the score itself;
    it is neither a reason that a person could be told nor a family that could carry a measure.

    Shapes: given, X and what comes back (rows, features).

    Example:
        >>> unknown = np.array([[np.nan, 1.0, np.nan]], np.float32)
        >>> known_only(np.array([[0.7, 0.2, -0.1]]), unknown).tolist()
        [[0.0, 0.2, -0.1]]
    """
    return np.where(np.isnan(X) & (given > 0), 0.0, given)


def reasons(
    model: Model, X: NDArray[np.float32], *, top: int = 6
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The features that raised each score most, strongest first; -1 and 0 where fewer raised it.

    Shapes: (rows, top) indices into the model's names, and their contributions in log-odds.
    """
    return strongest(contributions(model, X)[0], top=top)


def strongest(
    contribution: NDArray[np.float64], *, top: int = 6
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """As `reasons`, from contributions already at hand; equal ones in catalogue order."""
    shape = (len(contribution), min(top, contribution.shape[1]))
    which, amount = np.full(shape, -1, np.int32), np.zeros(shape)
    _strongest(np.ascontiguousarray(contribution, np.float64), which, amount)
    return which, amount


@numba.njit(cache=True, nogil=True)
def _strongest(
    given: NDArray[np.float64], which: NDArray[np.int32], amount: NDArray[np.float64]
) -> None:
    """Fills both by insertion: only few are wanted, and most do not raise the score."""
    last = which.shape[1] - 1
    for row in range(len(given)):
        for feature in range(given.shape[1]):
            value = given[row, feature]
            if last < 0 or not value > amount[row, last]:
                continue
            at = last
            while at > 0 and value > amount[row, at - 1]:
                which[row, at], amount[row, at] = which[row, at - 1], amount[row, at - 1]
                at -= 1
            which[row, at], amount[row, at] = feature, value


def families(
    model: Model,
    X: NDArray[np.float32],
    family_of: Sequence[str],
    *,
    at_least: float,
    least_share: float = 0.05,
) -> Families:
    """Which signal families push each card up materially; a tier above normal needs two.

    Units: see `counted_families`.
    """
    return counted_families(
        contributions(model, X)[0], family_of, at_least=at_least, least_share=least_share
    )


@cache
def _members(family_of: tuple[str, ...]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The families by name, and which of them each feature is of."""
    names, member = np.unique(np.array(family_of, dtype=str), return_inverse=True)
    return tuple(names.tolist()), member.astype(np.int64)


@numba.njit(cache=True, nogil=True)
def _by_family(
    given: NDArray[np.float64],
    member: NDArray[np.int64],
    push: NDArray[np.float64],
    together: NDArray[np.float64],
) -> None:
    """Sums by family, always in the features' order."""
    for row in range(given.shape[0]):
        for feature in range(given.shape[1]):
            value, family = given[row, feature], member[feature]
            together[row, family] += value
            if value > 0:
                push[row, family] += value


def counted_families(
    contribution: NDArray[np.float64],
    family_of: Sequence[str],
    *,
    at_least: float,
    least_share: float = 0.05,
) -> Families:
    """As `families`, from contributions already at hand.

    A family counts when its positive contributions reach `at_least` log-odds and `least_share` of
    all positive contributions of the card, and its contributions together do raise the score: a
    family that speaks for the card more than against it is no ground for a measure.
    """
    if len(family_of) != contribution.shape[1]:
        raise BadInput(f"{len(family_of)} families are given for {contribution.shape[1]} features")
    names, member = _members(tuple(family_of))
    push = np.zeros((len(contribution), len(names)))
    together = np.zeros_like(push)
    _by_family(np.ascontiguousarray(contribution, np.float64), member, push, together)
    share = push / np.maximum(push.sum(axis=1, keepdims=True), 1e-300)
    return Families(names, push, (push >= at_least) & (share >= least_share) & (together > 0))
