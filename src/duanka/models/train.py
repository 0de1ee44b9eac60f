"""Learn which cards are implicated from few, late and incomplete labels.

Unlabelled is not innocent. Each member of the ensemble sees every implicated card and its own
sample of the unlabelled, so that a hidden implicated card misleads some members and not all
(bagging for positive and unlabelled data, Mordelet and Vert 2014); calibration then corrects the
level. Figures on unlabelled data are lower bounds of precision: a find may be right and unknown.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from duanka.errors import BadInput, BadModel
from duanka.models.blend import blend
from duanka.models.boost import boost
from duanka.models.calibrate import Calibration, fit_calibration, platt
from duanka.models.evaluate import average_precision
from duanka.models.examples import Examples, TrainSettings, check_examples
from duanka.models.model import Model, Part, assemble
from duanka.models.score import forest_scores, raw_scores
from duanka.models.split import split
from duanka.models.trees import read_forest, some_trees

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Examples", "TrainSettings", "train"]

_STEP = 10
_LEAST_ROUNDS = 20
_ENOUGH_TO_CHECK = 5


@dataclass(frozen=True)
class _Late:
    """The checking part: other holders, later."""

    X: NDArray[np.float32]
    y: NDArray[np.int8]
    weight: NDArray[np.float64]
    by_time: bool


def train(
    examples: Examples,
    names: Sequence[str],
    *,
    seed: int,
    settings: TrainSettings | None = None,
    prior: Model | None = None,
) -> Model:
    """The model these examples teach, leaning on `prior` as far as they are few.

    A pilot learns on the early part; the late part, other holders, then says how many rounds help,
    how much the prior should weigh, and what a raw score is worth as a probability. The final
    members learn on everything with these answers.

    Raises: BadInput if the examples do not fit together, or are too few and there is no prior;
        BadModel if the prior judges other features.
    """
    settings = settings or TrainSettings()
    check_examples(examples, names, settings)
    if prior is not None and prior.names != tuple(names):
        raise BadModel("the prior model judges other features than the examples have")
    if int(examples.y.sum()) < settings.least_implicated or examples.y.all():
        return _too_few(examples, settings, prior)
    sides = split(
        examples.y, examples.group, examples.at, seed=seed, late_share=settings.late_share
    )
    late = _Late(
        examples.X[sides.late],
        examples.y[sides.late],
        (examples.weight * sides.late_weight)[sides.late],
        sides.by_time,
    )
    pilot = boost(
        examples, sides.early, names, seed=seed, settings=settings, rounds=settings.rounds
    )
    own, rounds = _at_best(pilot, late)
    prior_raw = np.zeros(len(own)) if prior is None else raw_scores(prior, late.X)
    weights = (1.0, 0.0) if prior is None else blend(own, prior_raw, late.y, late.weight)
    calibration = _calibration(weights[0] * own + weights[1] * prior_raw, late, settings)
    everything = np.ones(len(examples.y), bool)
    final = (
        boost(examples, everything, names, seed=seed + 1, settings=settings, rounds=rounds)
        if weights[0] > 0
        else []
    )
    about = _about(examples, late, settings, seed=seed) | {
        "rounds": rounds,
        "own_weight": weights[0],
        "prior_weight": weights[1],
        "prior_version": None if prior is None else prior.version,
        "held_out_average_precision": {
            "own": average_precision(own, late.y, late.weight),
            "prior": None if prior is None else average_precision(prior_raw, late.y, late.weight),
            "blended": average_precision(
                weights[0] * own + weights[1] * prior_raw, late.y, late.weight
            ),
        },
    }
    return assemble(
        names,
        _parts(final, weights, prior),
        intercept=0.0 if prior is None else weights[1] * prior.intercept,
        calibration=calibration,
        about=about,
    )


def _too_few(examples: Examples, settings: TrainSettings, prior: Model | None) -> Model:
    """The prior as it is; with a handful of labels nothing better can be shown."""
    if prior is None:
        raise BadInput(
            f"{int(examples.y.sum())} implicated cards among {len(examples.y)} are too few to learn "
            f"from; {settings.least_implicated} and some others are needed",
            fix="judge with the default model, or add confirmed cards to the label table",
        )
    return prior


def _at_best(pilot: Sequence[str], late: _Late) -> tuple[NDArray[np.float64], int]:
    """The pilot's mean raw score of the late part at the number of rounds that predicts it best.

    Best for the ensemble's mean, not for a member: averaging forgives members that overfit a bit.
    """
    forests = [read_forest(text) for text in pilot]
    most = max(forest.tree_count for forest in forests)
    stages = [*range(_STEP, most, _STEP), most]
    raw = np.zeros(len(late.y))
    best, best_loss, best_rounds = raw, np.inf, most
    enough = min(int(late.y.sum()), int((late.y == 0).sum())) >= _ENOUGH_TO_CHECK
    for before, stage in zip([0, *stages], stages, strict=False):
        for forest in forests:
            raw = raw + forest_scores(some_trees(forest, before, stage), late.X) / len(forests)
        loss = _loss(raw, late) if enough else float(stage != max(most // 2, _STEP))
        if loss < best_loss and stage >= min(_LEAST_ROUNDS, most):
            best, best_loss, best_rounds = raw, loss, stage
    return best, best_rounds


def _loss(raw: NDArray[np.float64], late: _Late) -> float:
    """Log loss after the best straight calibration, per implicated card.

    Calibration comes later and mends the level; a stage is to be chosen for its order.
    """
    implicated = late.y == 1
    slope, offset = platt(raw, implicated, late.weight)
    logit = slope * raw + offset
    surprise = np.logaddexp(0.0, np.where(implicated, -logit, logit)) * late.weight
    return float(surprise.sum() / late.weight[implicated].sum())


def _calibration(raw: NDArray[np.float64], late: _Late, settings: TrainSettings) -> Calibration:
    return fit_calibration(
        raw,
        late.y,
        late.weight,
        label_frequency=settings.label_frequency,
        deploy_rate=settings.deploy_rate,
    )


def _parts(final: Sequence[str], weights: tuple[float, float], prior: Model | None) -> list[Part]:
    own = [Part(text, weights[0] / len(final), "own") for text in final]
    if prior is None or weights[1] == 0:
        return own
    return own + [Part(part.text, part.weight * weights[1], "prior") for part in prior.parts]


def _about(
    examples: Examples, late: _Late, settings: TrainSettings, *, seed: int
) -> dict[str, object]:
    implicated = examples.y == 1
    return {
        "seed": seed,
        "settings": asdict(settings),
        "examples": len(examples.y),
        "implicated": int(implicated.sum()),
        "holders": len(np.unique(examples.group)),
        "first_at": int(examples.at.min()),
        "last_at": int(examples.at.max()),
        "late_by_time": late.by_time,
        "late_examples": len(late.y),
        "late_implicated": int(late.y.sum()),
    }
