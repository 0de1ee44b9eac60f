"""What tests of the jobs and the journeys share: a small town on disk, small models, one run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from duanka.jobs.run import Ran

PEOPLE, DAYS, RINGS = 700, 40, 6
EVENTS = ("transfer", "call", "message", "device_use")


@dataclass(frozen=True)
class Lived:
    """A dataset folder (with its truth inside), where it was judged to, and what was found."""

    data: Path
    out: Path
    models: Path
    ran: Ran


@pytest.fixture(scope="session")
def town_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town of 700 people over 40 days with six rings: far more bad cards than in life.

    Events are written to the minute, as many institutions do, so that a great many fall together.
    """
    from duanka.jobs.simulate import write_town
    from duanka.simulate.world import Plan

    folder = tmp_path_factory.mktemp("town") / "data"
    write_town(Plan(5, people=PEOPLE, days=DAYS, rings=RINGS), folder)
    for name in EVENTS:
        path = folder / f"{name}.parquet"
        pl.read_parquet(path).with_columns(pl.col("at").dt.truncate("1m")).write_parquet(path)
    return folder


@pytest.fixture(scope="session")
def small_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models of every subject that took seconds to train: quick, and not to be trusted."""
    from duanka.features import catalogue
    from duanka.jobs import train_default
    from duanka.jobs.judges import SEED
    from duanka.jobs.train import keep
    from duanka.models.train import train
    from duanka.simulate.world import Plan

    folder = tmp_path_factory.mktemp("models")
    plan = Plan(77, people=PEOPLE, days=DAYS, rings=2 * RINGS)
    for subject, examples in train_default.town_examples(plan, threads=1).items():
        settings = replace(
            train_default.settings_of(subject, threads=1),
            rounds=25,
            members=1,
            least_implicated=5,
        )
        names = catalogue.names_of(subject)
        keep(subject, train(examples, names, seed=SEED, settings=settings), examples, folder)
    return folder


@pytest.fixture(scope="session")
def lived(town_folder: Path, small_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """The town judged as of its last event."""
    from duanka.jobs.progress import Progress
    from duanka.jobs.run import run
    from duanka.settings import Settings

    out = tmp_path_factory.mktemp("out")
    ran = run(
        town_folder,
        out,
        as_of=None,
        model=small_models,
        fmt="parquet",
        settings=Settings(threads=1),
        say=Progress(),
    )
    return Lived(town_folder, out, small_models, ran)
