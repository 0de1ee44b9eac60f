"""`duanka train`: a folder's own labels become a folder of models."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from duanka.errors import BadInput
from duanka.features import catalogue
from duanka.jobs import judges, teach
from duanka.jobs.dataset import SHANGHAI, prepare
from duanka.jobs.load import load
from duanka.models import card
from duanka.models.drift import reference
from duanka.models.score import score
from duanka.policy import dated

if TYPE_CHECKING:
    from duanka.features.catalogue import Subject
    from duanka.jobs.progress import Progress
    from duanka.models.examples import Examples
    from duanka.models.model import Model
    from duanka.settings import Settings


def train(
    data: Path, out: Path, *, as_of: str | None, settings: Settings, say: Progress
) -> dict[str, Model]:
    """The models that the folder's labels known before `as_of` teach, written to `out`, one a subject.

    Raises: BadInput if no subject has enough labels (`labels.enough_implicated` of the policy).
    """
    regimes = dated.load([Path(folder) for folder in settings.policy_folders])
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".duanka-", dir=out.parent))
    try:
        loaded = load(data, work, settings=settings, say=say)
        dataset = prepare(loaded, as_of=as_of, settings=settings, say=say)
        regime = regimes.at(dataset.as_of.astimezone(SHANGHAI).date())
        enough = int(regime.number("labels.enough_implicated"))
        days = int(regime.number("labels.misuse_days_before_label"))
        known = teach.known_from_labels(dataset, days)
        found = {s: judges.bad_count(dataset, s, known) for s in judges.present(dataset)}
        subjects = [s for s, count in found.items() if count >= enough]
        if not subjects:
            had = ", ".join(f"{s}: {count}" for s, count in found.items())
            raise BadInput(
                "too few cards confirmed bad to train on",
                where=f"label ({had}); {enough} are needed",
                fix="judge with the default model, or add confirmed cards to the label table",
            )
        models = {}
        for subject in subjects:
            with say.stage(f"学习 learning: {subject}"):
                examples = judges.examples_of(dataset, subject, known)
                models[subject] = learn(subject, examples, settings)
                keep(subject, models[subject], examples, out)
            say.note(_line(subject, models[subject]))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return {str(subject): model for subject, model in models.items()}


def learn(subject: Subject, examples: Examples, settings: Settings) -> Model:
    """The model of a subject, leaning on the default as far as its examples are few."""
    from duanka.models.train import train as fit

    default = judges.load_judge(judges.default_folder(), subject, "default").model
    return fit(
        examples,
        catalogue.names_of(subject),
        seed=judges.SEED,
        settings=judges.train_settings(settings.threads),
        prior=default,
    )


def keep(subject: Subject, model: Model, examples: Examples, out: Path) -> None:
    """Nothing; writes the model's folder with what drift will be measured against."""
    scores = score(model, examples.X)
    told = card.Card(
        subject,
        catalogue.catalogue_hash(subject),
        figures={"examples": len(examples.y), "implicated": int(examples.y.sum())},
        reference=reference(examples.X, scores, catalogue.names_of(subject)),
    )
    card.save(model, out / subject, told)


def _line(subject: str, model: Model) -> str:
    held = model.about.get("held_out_average_precision")
    return f"{subject}: {model.version}, held-out average precision {held}"
