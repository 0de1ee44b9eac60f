"""Who judges: the default models, a folder's own, or one trained here on enough of one's own labels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from duanka.errors import BadModel
from duanka.features import catalogue
from duanka.jobs import teach
from duanka.models import card, event_peers
from duanka.models.blend import deserved
from duanka.models.examples import TrainSettings
from duanka.models.train import train

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.features.catalogue import Subject
    from duanka.jobs.dataset import Dataset
    from duanka.jobs.progress import Progress
    from duanka.models.examples import Examples
    from duanka.models.model import Model
    from duanka.policy.dated import Regime
    from duanka.settings import Settings

SEED = 20_211_011
EVENT_DAYS = 10
TAUGHT_BY_LABELS = ("account", "sim", "opening")
HOW = {
    "default": (
        "随产品附带的模型，在模拟城镇上训练，卡片另与同群比较；本地标签不足，请把结果当作线索核查。",
        (
            "The model that comes with the product, trained on simulated towns, cards also compared "
            "with their peers; too few labels here, so treat its results as leads to check."
        ),
    ),
    "trained_here": (
        "用本数据集自己的标签训练，并以随附模型为底，卡片另与同群比较。",
        "Trained on this dataset's own labels, leaning on the model that comes with the product; cards also compared with their peers.",
    ),
    "given": ("按要求使用指定的模型。", "The model that was asked for."),
}


@dataclass(frozen=True)
class Judge:
    """A model of one subject and where it comes from: default, trained_here or given.

    `reference` is what its card keeps of the rows that it learned from (`models.drift`), if it has a card.
    """

    subject: Subject
    model: Model
    how: str
    reference: Mapping[str, object] = field(default_factory=dict, compare=False)


def default_folder() -> Path:
    """The folder of the models that come with the product."""
    return Path(str(resources.files("duanka.models"))) / "default"


def load_judge(folder: Path, subject: Subject, how: str) -> Judge:
    """The judge of a subject kept in a folder of models; the default's of events compares them with honest ones.

    Raises: BadModel if it does not fit what the features are now.
    """
    names = catalogue.names_of(subject)
    model = card.load(folder / subject, names, catalogue_hash=catalogue.catalogue_hash(subject))
    if how == "default":  # cards are compared with one another, events with a reference
        model = replace(model, honest=event_peers.shipped(subject))
    return Judge(subject, model, how, card.read_card(folder / subject).reference)


def pick_judges(
    dataset: Dataset, *, model: Path | None, regime: Regime, settings: Settings, say: Progress
) -> dict[str, Judge]:
    """A judge for each subject of which there is anything to judge.

    Cards and openings are trained here when the dataset's own labels, known before its instant, are
    at least `labels.enough_implicated`; else the default judges. Labels name cards: they do not say
    which of a card's transfers or calls was the bad one, so events are left to the default.
    Raises: BadModel if `model` is no folder of models that fit.
    """
    if model is not None and not model.is_dir():
        raise BadModel(
            "there is no such model folder", where=str(model), fix="train one with `duanka train`"
        )
    subjects = present(dataset)
    if model is not None:
        if not any((model / s).is_dir() for s in subjects):
            raise BadModel(
                f"the folder holds no model of {', '.join(subjects)}",
                where=str(model),
                fix="name the folder that `duanka train` wrote, or leave out --model",
            )
        return {
            s: load_judge(model, s, "given")
            if (model / s).is_dir()
            else load_judge(default_folder(), s, "default")
            for s in subjects
        }
    enough = int(regime.number("labels.enough_implicated"))
    known = teach.known_from_labels(dataset, int(regime.number("labels.misuse_days_before_label")))
    return {s: _own_or_default(dataset, s, known, enough, Tools(settings, say)) for s in subjects}


@dataclass(frozen=True)
class Tools:
    """What training here needs besides data."""

    settings: Settings
    say: Progress


def present(dataset: Dataset) -> tuple[Subject, ...]:
    """The subjects of which the dataset has anything."""
    r = dataset.asker.records
    sizes = {
        "account": r.accounts.judged.size,
        "sim": r.sims.judged.size,
        "transfer": r.transfers.at.size,
        "call": r.calls.at.size,
        "opening": r.openings["at"].size,
    }
    return tuple(s for s in catalogue.SUBJECTS if sizes[s])


def _own_or_default(
    dataset: Dataset, subject: Subject, known: teach.Known, enough: int, tools: Tools
) -> Judge:
    default = load_judge(default_folder(), subject, "default")
    if subject not in TAUGHT_BY_LABELS or bad_count(dataset, subject, known) < enough:
        return default
    with tools.say.stage(f"学习 learning: {subject}"):
        examples = examples_of(dataset, subject, known)
        names = catalogue.names_of(subject)
        settings = train_settings(tools.settings.threads)
        model = train(examples, names, seed=SEED, settings=settings, prior=default.model)
    # with too few of the labelled among what is judged, training hands the default back
    if model.version == default.model.version:
        return default
    return Judge(subject, _beside(model, default, examples), "trained_here")


def _beside(model: Model, default: Judge, examples: Examples) -> Model:
    """The model trained here as it judges: the default is still asked about cards, and about applications honest ones are.

    What few labels teach is of one ring or two, and their scores are calibrated on a handful of cards.
    """
    if default.subject not in ("account", "sim"):
        return replace(model, honest=default.model.honest)
    taught = float(examples.weight[examples.y == 1].sum())
    return replace(model, beside=default.model, say=deserved(taught))


def train_settings(threads: int) -> TrainSettings:
    """How models are trained on a dataset's own labels."""
    return TrainSettings(threads=threads)


def bad_count(dataset: Dataset, subject: Subject, known: teach.Known) -> int:
    """How many bad cards the subject's labels come from."""
    r = dataset.asker.records
    accounts = r.accounts.index.size
    bad = np.flatnonzero(known.known_at < r.as_of)
    if subject in ("account", "transfer"):
        return int((bad < accounts).sum())
    if subject in ("sim", "call"):
        return int((bad >= accounts).sum())
    return int(teach.openings_from_labels(dataset, known)[0].sum())


def examples_of(dataset: Dataset, subject: Subject, known: teach.Known) -> Examples:
    """What the dataset's labels teach about a subject."""
    if subject in ("account", "sim"):
        return teach.card_examples(dataset, known, subject, SEED)
    if subject == "opening":
        return teach.opening_examples(dataset, *teach.openings_from_labels(dataset, known))
    truth = teach.events_from_labels(dataset, known, subject, EVENT_DAYS)
    return teach.event_examples(dataset, truth, subject, seed=SEED)
