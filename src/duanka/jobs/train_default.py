"""`duanka train-default`: the models that come with the product, learned from many simulated towns.

Towns differ in how people live, what institutions write down and how rings work, so that what is
learned is not the habit of one town. Their truth is known, so misuse is dated, not guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.errors import BadInput
from duanka.features import catalogue
from duanka.features.records import micros
from duanka.jobs import judges, teach
from duanka.jobs.as_held import as_held
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
    from duanka.simulate.plan import Ways
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
# How long a town's books may reach, from and to; as long as anybody may hand over.
DAYS = (30.0, 180.0)

# How often a town's cards are hardly ever stopped, lived on with, or not tried with small sums first.
SELDOM = (0.5, 0.5, 0.4)


@dataclass(frozen=True)
class Practice:
    """Which towns to learn from: how many, how large, with how many rings, of which habits; and about what."""

    towns: int
    people: int
    rings: int
    habits: tuple[str, ...]
    seed: int = 1000
    subjects: tuple[Subject, ...] = catalogue.SUBJECTS


def subjects_of(words: str | None) -> tuple[Subject, ...]:
    """The subjects named, in the catalogue's order; all of them if none is.

    Raises: BadInput if one is no subject.

    Example:
        >>> subjects_of("sim,account")
        ('account', 'sim')
    """
    named = {word.strip() for word in (words or "").split(",") if word.strip()}
    if unknown := sorted(named - set(catalogue.SUBJECTS)):
        raise BadInput(
            f"no such subject: {', '.join(unknown)}",
            where="--only",
            fix=f"choose from {', '.join(catalogue.SUBJECTS)}",
        )
    return tuple(s for s in catalogue.SUBJECTS if s in named or not named)


def train_default(practice: Practice, out: Path, *, threads: int, say: Progress) -> None:
    """Nothing; writes a folder of models, one a subject."""
    parts: dict[str, list[Examples]] = {s: [] for s in catalogue.SUBJECTS}
    for n in range(practice.towns):
        with say.stage(f"城镇 town {n + 1}/{practice.towns}"):
            for subject, examples in _taught(practice, n, threads).items():
                parts[subject].append(examples)
    for subject in practice.subjects:
        if not parts[subject]:
            say.note(f"{subject}: no town had any")
            continue
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


# What can only speak for risk, or only against it, whatever the town. Where the direction is known
# from the trade (domain knowledge, not from our towns), a model may not learn the opposite.
RISING = (
    r"^passed_(hour|day)_share_", r"^in_out_balance_", r"_lead_count_", r"(holder|device|from|bound)_label_count_",
    r"^called_in_", r"then_paid_", r"^in_first_(share|count)_", r"^in_depth_", r"^in_gather_", r"^cycle_",
    r"^emptied_share", r"^(cash|crypto)_share", r"shared_first_count", r"^device_first_count", r"^after_small",
    r"^failed_count", r"^wake_count", r"^peak_(of_quarter_in|first)_share", r"^crypto_out", r"^overseas_out",
    r"^call_first_share_", r"^call_out_share_", r"^call_first_(hour|day)_peak", r"^first_peak_share",
    r"abroad_count", r"^bound_apart$", r"^opening_count", r"^holder_opened_30d",
    r"^payee_(passed_(hour|day)_share|in_first_share|called_in)_", r"^of_payer_(day|hour)_in$", r"^depth$",
    r"^is_first$", r"^caller_call_(first_share|out_share)_", r"_applicant_distinct_",
)  # fmt: skip
FALLING = (
    r"^merchant_share", r"^protected", r"^(in|out)_protected", r"^in_per_payer", r"^call_repeat_",
    r"^call_back_share", r"^in_returned_count", r"^is_own$", r"^is_protected$", r"^caller_call_(repeat|back_share)_",
)  # fmt: skip


def settings_of(subject: Subject, threads: int) -> TrainSettings:
    """How the default learns: with columns hidden now and then, as somebody's data may lack them."""
    groups = [set(catalogue.lacking_columns(subject, what)) for what in catalogue.LACKS]
    # and sometimes all of them at once: nothing but bare transfers, or bare calls
    groups += [set().union(*groups), set().union(*groups)]
    hide = tuple(tuple(sorted(group)) for group in groups if group)
    names = catalogue.names_of(subject)
    rising = tuple(
        n for n in names if _any(RISING, n) and not re.search(r"(^|_)to_(lead|label)_", n)
    )
    return TrainSettings(
        rounds=300,
        rising=rising,
        falling=tuple(n for n in names if _any(FALLING, n) and n not in rising),
        hide=hide,
        hide_share=0.12,
        deploy_rate=DEPLOY_RATES[subject],
        label_frequency=1.0,
        threads=threads,
    )


def _any(patterns: tuple[str, ...], name: str) -> bool:
    return any(re.search(pattern, name) for pattern in patterns)


def plan_of(practice: Practice, n: int) -> Plan:
    """The n-th town's plan: its own seed and its own ways."""
    varied = Plan.varied(practice.seed + n)
    chance = np.random.default_rng([practice.seed + n, 17])
    days = int(np.exp(chance.uniform(*np.log(DAYS))))
    return replace(
        varied,
        people=practice.people,
        rings=practice.rings,
        habits=practice.habits,
        days=days,
        ways=_of_other_rings(varied.ways, chance),
    )


def _of_other_rings(ways: Ways, chance: np.random.Generator) -> Ways:
    """The ways of a town whose cards may never be stopped, go back to their holders, or go untested."""
    silent, back, untested = chance.random(3) < SELDOM
    return replace(
        ways,
        reported=float(chance.uniform(0.0, 0.3)) if silent else ways.reported,
        labelled=float(chance.uniform(0.05, 0.3)) if silent else ways.labelled,
        handed_back=float(chance.uniform(0.5, 1.0)) if back else 0.0,
        tested=float(chance.uniform(0.0, 0.3)) if untested else 1.0,
    )


def _taught(practice: Practice, n: int, threads: int) -> dict[Subject, Examples]:
    return town_examples(plan_of(practice, n), threads, subjects=practice.subjects)


def town_examples(
    plan: Plan, threads: int, *, subjects: tuple[Subject, ...] = catalogue.SUBJECTS
) -> dict[Subject, Examples]:
    """What one town teaches about each of these subjects of which its holder has any, from its truth."""
    town = as_held(_in_other_money(build(plan), plan.seed), plan.seed)
    dataset = as_dataset(town, threads)
    known = known_from_truth(dataset, town)
    out: dict[Subject, Examples] = {}
    cards: tuple[Subject, ...] = ("account", "sim")
    for kind in [c for c in cards if c in subjects]:
        out[kind] = teach.card_examples(dataset, known, kind, plan.seed)
    events: tuple[Subject, ...] = ("transfer", "call")
    for kind in events:
        if kind not in subjects or town.tables[kind].is_empty():
            continue
        truth = events_from_truth(dataset, town, kind)
        out[kind] = teach.event_examples(dataset, truth, kind, seed=plan.seed, most=EVENTS_A_TOWN)
    if "opening" not in subjects or town.tables["opening"].is_empty():
        return out
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


def _in_other_money(town: Town, seed: int) -> Town:
    """The town with all sums scaled by one factor of 0.4 to 2.5: price levels differ, mules do not."""
    factor = float(np.exp(np.random.default_rng([seed, 2]).uniform(np.log(0.4), np.log(2.5))))
    tables = dict(town.tables)
    for name in ("transfer", "lead"):
        fen = [c for c in tables[name].columns if c.endswith("_fen")]
        scaled = [
            (pl.col(c) * factor)
            .round()
            .cast(pl.Int64)
            .clip(lower_bound=1 if c == "amount_fen" else None)
            for c in fen
        ]
        tables[name] = tables[name].with_columns(scaled)
    return replace(town, tables=tables)


def as_dataset(town: Town, threads: int) -> Dataset:
    """A town's tables as they were known when its last event had passed."""
    ends = [town.tables[t]["at"].max() for t in ("transfer", "call") if town.tables[t].height]
    last = max(end for end in ends if isinstance(end, datetime))
    as_of = last.astimezone(UTC) + timedelta(microseconds=1)
    return Dataset(as_of, town.tables, ask_frames(town.tables, as_of, threads))


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
