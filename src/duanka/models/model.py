"""A trained model as one frozen record: weighted trees, calibration, names and the hash of them all."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from duanka.models import credit, questions
from duanka.models.calibrate import as_record
from duanka.models.trees import Forest, join, read_forest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duanka.models.calibrate import Calibration
    from duanka.models.event_peers import Reference


@dataclass(frozen=True)
class Part:
    """One booster's trees and how much they weigh in the sum; `origin` is `own` or `prior`."""

    text: str
    weight: float
    origin: str


@dataclass(frozen=True)
class Model:
    """What answers: raw log-odds = intercept + weighted trees; score = calibration(raw).

    `about` says how it was trained; nothing in it changes an answer, so it is not in `version`.
    `honest` is what events are compared with, beside the model; see `models.event_peers`.
    `beside` is another model that is asked, too; the log-odds of the score are `say` of this model's
    and the rest of the other's.
    """

    names: tuple[str, ...]
    parts: tuple[Part, ...]
    intercept: float
    calibration: Calibration
    about: Mapping[str, object]
    forest: Forest
    version: str
    honest: Reference | None = None
    beside: Model | None = None
    say: float = 1.0

    @property
    def own_weight(self) -> float:
        """How much of the raw score comes from the user's own labels, 0 when all is the prior's."""
        return sum(part.weight for part in self.parts if part.origin == "own")

    @cached_property
    def credit(self) -> credit.Credit:
        """How the trees share a score out among the features; laid out when first asked for."""
        return credit.lay_out(self.forest)

    @cached_property
    def is_tabled(self) -> bool:
        """Whether every tree is so small that its answers stand in a table."""
        return bool(self.credit.tabled.all())

    @cached_property
    def questions(self) -> questions.Questions:
        """What the small trees ask, by feature; laid out when first asked for."""
        return questions.lay_out(self.forest, self.credit.tabled)


def assemble(
    names: Sequence[str],
    parts: Sequence[Part],
    *,
    intercept: float,
    calibration: Calibration,
    about: Mapping[str, object],
) -> Model:
    """The model made of these parts, with its joined trees and its version."""
    forest = join([read_forest(part.text) for part in parts], [part.weight for part in parts])
    version = _version(names, parts, intercept, calibration)
    return Model(tuple(names), tuple(parts), intercept, calibration, dict(about), forest, version)


def _version(
    names: Sequence[str], parts: Sequence[Part], intercept: float, calibration: Calibration
) -> str:
    record = {
        "names": list(names),
        "parts": [[part.text, part.weight, part.origin] for part in parts],
        "intercept": intercept,
        "calibration": as_record(calibration),
    }
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
