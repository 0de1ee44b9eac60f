"""What a model learns from, and how it is to learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from duanka.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Examples:
    """Cards as they stood at an instant, with what was known of them later.

    Shapes: X (n, m) with NaN for missing; all others (n,).
    Units: `y` 1 is implicated, 0 unlabelled or cleared; `weight` is how many cards a row stands
        for; `group` is the holder; `at` is the instant of the question, UTC microseconds.
    """

    X: NDArray[np.float32]
    y: NDArray[np.int8]
    weight: NDArray[np.float64]
    group: NDArray[np.int64]
    at: NDArray[np.int64]


@dataclass(frozen=True)
class TrainSettings:
    """How to learn; the defaults suit 50 to 2,000 implicated cards.

    `implicated_share`: what the implicated weigh together in training, whatever their number.
    `least_hessian`: how much evidence a leaf needs; an undecided implicated card brings about 0.16.
    `deploy_rate`: share of implicated cards where the model will judge; None takes the examples'.
    `label_frequency`: P(labelled | implicated); None estimates it on the held-out part.
    `hide`: column groups that somebody's data may lack, hidden in `hide_share` of the rows each.
    `rising`, `falling`: features whose growth may only raise, or only lower, the score.
    """

    rounds: int = 160
    learning_rate: float = 0.08
    leaves: int = 8
    depth: int = 4
    members: int = 3
    least_in_leaf: int = 20
    least_hessian: float = 0.3
    l2: float = 2.0
    column_share: float = 0.35
    row_share: float = 0.8
    implicated_share: float = 0.1
    others_per_implicated: int = 60
    least_others: int = 12_000
    late_share: float = 0.25
    least_implicated: int = 20
    deploy_rate: float | None = None
    label_frequency: float | None = None
    hide: tuple[tuple[int, ...], ...] = ()
    hide_share: float = 0.15
    rising: tuple[str, ...] = ()
    falling: tuple[str, ...] = ()
    threads: int = 1


def check_examples(examples: Examples, names: Sequence[str], settings: TrainSettings) -> None:
    """Nothing, if the examples fit together and the settings name features that exist.

    Raises: BadInput with everything that does not fit.
    """
    faults = []
    count = len(examples.y)
    if examples.X.ndim != 2 or examples.X.shape != (count, len(names)):
        faults.append(
            f"features have shape {examples.X.shape}, labels and names ({count}, {len(names)})"
        )
    faults += [
        f"`{column}` has {len(getattr(examples, column))} rows, labels {count}"
        for column in ("weight", "group", "at")
        if len(getattr(examples, column)) != count
    ]
    if not np.isin(examples.y, (0, 1)).all():
        faults.append("labels are not all 0 or 1")
    if not (np.isfinite(examples.weight).all() and (examples.weight > 0).all()):
        faults.append("weights are not all positive")
    unknown = sorted({*settings.rising, *settings.falling} - set(names))
    if unknown:
        faults.append(f"the settings constrain features that do not exist: {', '.join(unknown)}")
    if faults:
        raise BadInput("the examples cannot be learned from: " + "; ".join(faults))
