"""`duanka train-default`: the models that come with the product, learned from many simulated towns.

Towns differ in how people live, what institutions write down and how rings work, so that what is
learned is not the habit of one town. Their truth is known, so misuse is dated, not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.features import catalogue
from duanka.features.records import micros
from duanka.jobs import judges, teach
from duanka.jobs.dataset import Dataset, ask_frames
from duanka.jobs.train import keep
from duanka.models.examples import Examples, TrainSettings
from duanka.models.train import train
from duanka.simulate.world import Plan, build

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from duanka.features.catalogue import Subject
    from duanka.features.records import Records
    from duanka.jobs.progress import Progress
    from duanka.simulate.world import Town

# Share of implicated cards, events and applications where the models will judge. Unverified: no
# source gives it; for cards the most that the figures published for whole countries allow.
DEPLOY_RATES: dict[str, float] = {
    "account": 1 / 600,
    "sim": 1 / 600,
    "transfer": 1 / 500,
    "call": 1 / 500,
    "opening": 1 / 150,
}
EVENTS_A_TOWN = 8_000


@dataclass(frozen=True)
class Practice:
    """Which towns to learn from: how many, how large, with how many rings, of which habits."""

    towns: int
    people: int
    rings: int
    habits: tuple[str, ...]
    seed: int = 1000


def train_default(practice: Practice, out: Path, *, threads: int, say: Progress) -> None:
    """Nothing; writes a folder of models, one a subject."""
    parts: dict[str, list[Examples]] = {s: [] for s in catalogue.SUBJECTS}
    for n in range(practice.towns):
        with say.stage(f"城镇 town {n + 1}/{practice.towns}"):
            for subject, examples in town_examples(plan_of(practice, n), threads).items():
                parts[subject].append(examples)
    for subject in catalogue.SUBJECTS:
        with say.stage(f"学习 learning: {subject}"):
            examples = joined(parts[subject])
            model = train(
                examples,
                catalogue.names_of(subject),
                seed=judges.SEED,
                settings=settings_of(subject, threads),
            )
            keep(subject, model, examples, out)
        say.note(
            f"{subject}: {len(examples.y)} examples, {int(examples.y.sum())} bad, {model.about.get('held_out_average_precision')}"
        )


def settings_of(subject: Subject, threads: int) -> TrainSettings:
    """How the default learns: with columns hidden now and then, as somebody's data may lack them."""
    hide = tuple(
        columns for what in catalogue.LACKS if (columns := catalogue.lacking_columns(subject, what))
    )
    return TrainSettings(
        rounds=300,
        hide=hide,
        hide_share=0.12,
        deploy_rate=DEPLOY_RATES[subject],
        label_frequency=1.0,
        threads=threads,
    )


def plan_of(practice: Practice, n: int) -> Plan:
    """The n-th town's plan: its own seed and its own ways."""
    varied = Plan.varied(practice.seed + n)
    return replace(varied, people=practice.people, rings=practice.rings, habits=practice.habits)


def town_examples(plan: Plan, threads: int) -> dict[Subject, Examples]:
    """What one town teaches about every subject, from its truth."""
    town = build(plan)
    dataset = as_dataset(town, threads)
    known = known_from_truth(dataset, town)
    out: dict[Subject, Examples] = {}
    cards: tuple[Subject, ...] = ("account", "sim")
    for kind in cards:
        out[kind] = teach.card_examples(dataset, known, kind, plan.seed)
    events: tuple[Subject, ...] = ("transfer", "call")
    for kind in events:
        truth = events_from_truth(dataset, town, kind)
        out[kind] = teach.event_examples(dataset, truth, kind, seed=plan.seed, most=EVENTS_A_TOWN)
    bad = (
        dataset.asker.records.frames["opening"]
        .join(town.truth["truth_opening"], on="opening_id", how="left", maintain_order="left")[
            "bad"
        ]
        .fill_null(value=False)
        .to_numpy()
    )
    out["opening"] = teach.opening_examples(dataset, bad, np.ones(bad.size, dtype=np.bool_))
    return out


def as_dataset(town: Town, threads: int) -> Dataset:
    """A town's tables as they were known when its last event had passed."""
    last = max(town.tables[t]["at"].max() for t in ("transfer", "call"))  # type: ignore[type-var]
    as_of = last.astimezone(UTC) + timedelta(microseconds=1) if isinstance(last, datetime) else last
    return Dataset(as_of, town.tables, ask_frames(town.tables, as_of, threads))  # type: ignore[arg-type]


def known_from_truth(dataset: Dataset, town: Town) -> teach.Known:
    """Since when each card was misused, and when its label came, if it did."""
    from_labels = teach.known_from_labels(dataset, 0)
    r = dataset.asker.records
    truth = town.truth["truth_card"].filter("bad")
    card = _dense(r, truth)
    left_out = np.zeros(from_labels.bad_at.size, dtype=np.bool_)
    left_out[_dense(r, town.truth["truth_card"].filter(pl.col("role").is_not_null()))] = True
    bad_at = np.full(from_labels.bad_at.size, teach.NEVER, dtype=np.int64)
    bad_at[card] = micros(truth["bad_from"])
    bad_at[bad_at < 0] = teach.NEVER
    return teach.Known(
        bad_at, from_labels.known_at, from_labels.cleared, sure=True, left_out=left_out
    )


def _dense(records: Records, cards: pl.DataFrame) -> NDArray[np.int64]:
    is_sim = (cards["card_kind"].cast(pl.String) == "sim").to_numpy()
    sim = records.sims.index.find(cards["card_id"]) + records.accounts.index.size
    return np.where(is_sim, sim, records.accounts.index.find(cards["card_id"]))


def events_from_truth(dataset: Dataset, town: Town, kind: str) -> teach.EventTruth:
    """The events that served a fraud, and all others."""
    illicit = town.truth["truth_event"].filter(
        pl.col("event_kind").cast(pl.String) == kind, pl.col("illicit")
    )["event_id"]
    bad = dataset.asker.records.frames[kind][f"{kind}_id"].is_in(illicit.implode()).to_numpy()
    return teach.EventTruth(np.flatnonzero(bad), np.flatnonzero(~bad))


def joined(parts: Sequence[Examples]) -> Examples:
    """The examples of several towns as one; holders of different towns are different people."""
    group, base = [], 0
    for part in parts:
        group.append(part.group + base)
        base += int(part.group.max(initial=0)) + 1
    return Examples(
        np.concatenate([p.X for p in parts]),
        np.concatenate([p.y for p in parts]),
        np.concatenate([p.weight for p in parts]),
        np.concatenate(group),
        np.concatenate([p.at for p in parts]),
    )
