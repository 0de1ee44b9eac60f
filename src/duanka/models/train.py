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
from duanka.models.calibrate import fit_calibration, platt
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


@dataclass(frozen=True)
class _Found:
    """What the checking part said: blended raw scores, rounds, weights of own and prior, figures."""

    raw: NDArray[np.float64]
    rounds: int
    weights: tuple[float, float]
    figures: dict[str, float]
    prior_version: str | None


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
    early, late = _sides(examples, settings, seed)
    pilot = boost(examples, early, names, seed=seed, settings=settings, rounds=settings.rounds)
    taught = float(examples.weight[examples.y == 1].sum())
    found = _checked(pilot, late, prior, taught)
    everything = np.ones(len(examples.y), bool)
    final = (
        boost(examples, everything, names, seed=seed + 1, settings=settings, rounds=found.rounds)
        if found.weights[0] > 0
        else []
    )
    return assemble(
        names,
        _parts(final, found.weights, prior),
        intercept=0.0 if prior is None else found.weights[1] * prior.intercept,
        calibration=fit_calibration(
            found.raw,
            late.y,
            late.weight,
            label_frequency=settings.label_frequency,
            deploy_rate=settings.deploy_rate,
        ),
        about=_about(examples, late, settings, found) | {"seed": seed},
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


def _sides(
    examples: Examples, settings: TrainSettings, seed: int
) -> tuple[NDArray[np.bool_], _Late]:
    sides = split(
        examples.y, examples.group, examples.at, seed=seed, late_share=settings.late_share
    )
    weight = (examples.weight * sides.late_weight)[sides.late]
    late = _Late(examples.X[sides.late], examples.y[sides.late], weight, sides.by_time)
    return sides.early, late


def _checked(pilot: Sequence[str], late: _Late, prior: Model | None, taught: float) -> _Found:
    """What the late part says of the pilot, and of the prior beside it, where so many implicated cards teach."""
    own, rounds = _at_best(pilot, late)
    figures = {"own": average_precision(own, late.y, late.weight)}
    if prior is None:
        return _Found(own, rounds, (1.0, 0.0), figures | {"blended": figures["own"]}, None)
    theirs = raw_scores(prior, late.X)
    weights = blend(own, theirs, late.y, late.weight, taught=taught)
    raw = weights[0] * own + weights[1] * theirs
    figures["prior"] = average_precision(theirs, late.y, late.weight)
    figures["blended"] = average_precision(raw, late.y, late.weight)
    return _Found(raw, rounds, weights, figures, prior.version)


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


def _parts(final: Sequence[str], weights: tuple[float, float], prior: Model | None) -> list[Part]:
    own = [Part(text, weights[0] / len(final), "own") for text in final]
    if prior is None or weights[1] == 0:
        return own
    return own + [Part(part.text, part.weight * weights[1], "prior") for part in prior.parts]


def _about(
    examples: Examples, late: _Late, settings: TrainSettings, found: _Found
) -> dict[str, object]:
    known = {name: figure for name, figure in found.figures.items() if np.isfinite(figure)}
    return {
        "settings": asdict(settings),
        "examples": len(examples.y),
        "implicated": int(examples.y.sum()),
        "holders": len(np.unique(examples.group)),
        "first_at": int(examples.at.min()),
        "last_at": int(examples.at.max()),
        "late_by_time": late.by_time,
        "late_examples": len(late.y),
        "late_implicated": int(late.y.sum()),
        "rounds": found.rounds,
        "own_weight": found.weights[0],
        "prior_weight": found.weights[1],
        "prior_version": found.prior_version,
        "held_out_average_precision": known,
    }
