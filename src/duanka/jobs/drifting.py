"""How far what a run judged has moved from what its models learned from, feature by feature: `drift.json`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from duanka.models import drift
from duanka.models.score import score

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from duanka.jobs.judges import Judge

    Matrix = NDArray[np.float32]

FILE = "drift.json"
MOST_ROWS = 10_000
"""So many rows, evenly apart, tell a distribution well enough: of 20 equal parts each has 500."""
_DIGITS = 6


class Seen:
    """Every so manieth of the rows that pass by, however they are cut into portions."""

    def __init__(self, size: int) -> None:
        self._step = step_of(size)
        self._passed = 0
        self._kept: list[Matrix] = []

    def passes(self, rows: Matrix) -> Matrix:
        """The same rows; of them some have been kept."""
        first = -self._passed % self._step
        self._kept.append(rows[first :: self._step].copy())
        self._passed += len(rows)
        return rows

    def moved(self, judge: Judge) -> dict[str, object]:
        """What `moved` tells of the rows kept; empty before any passed."""
        return moved(judge, np.concatenate(self._kept)) if self._kept else {}


def step_of(size: int) -> int:
    """Every how manieth row is kept.

    Example:
        >>> step_of(9), step_of(25_000)
        (1, 3)
    """
    return max(-(-size // MOST_ROWS), 1)


def moved(judge: Judge, X: Matrix) -> dict[str, object]:
    """How far each feature and the model's own score moved since training, the most first.

    Empty where there are no rows, or the model's card keeps no distribution of its training.
    """
    if not len(X) or not judge.reference:
        return {}
    X, names = X[:: step_of(len(X))], judge.model.names
    found = drift.drift(judge.reference, X, score(judge.model, X), names)
    columns = [
        {k: v if isinstance(v, str) else round(v, _DIGITS) for k, v in asdict(one).items()}
        for one in found
    ]
    return {"model_version": judge.model.version, "rows": len(X), "columns": columns}


def write(out: Path, found: Mapping[str, Mapping[str, object]]) -> None:
    """Nothing; the file is written anew, subjects by name."""
    told = {subject: one for subject, one in found.items() if one}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, allow_nan=False)
    (out / FILE).write_text(text + "\n", encoding="utf-8")
