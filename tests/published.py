"""One small governed world for the tests of publishing and of matters, its folder, and policy that judges otherwise."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from duanka.jobs.progress import Progress
from duanka.jobs.publish import publish
from duanka.settings import Settings
from governance_room import Plan, World, build

PERIOD = "2025-10"
SETTINGS = Settings(threads=1)
HIGHER = """parameters:
  listings.high_ratio:
    label: {zh: 更严的尺度, en: A stricter measure}
    unit: ratio
    versions: [{since: 2016-01-01, value: 50, reference: 试验, mark: D}]
"""


@cache
def world() -> World:
    return build(
        Plan(
            seed=3,
            cards=6_000,
            institutions=4,
            outlets=40,
            regions=6,
            days=150,
            honest_per_10k=80,
            bad={"outlet": 2, "staff": 2},
            times=25,
        )
    )


@cache
def data() -> Path:
    """The world's tables as a folder; nobody writes there."""
    folder = Path(tempfile.mkdtemp(prefix="published-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name, frame in world().tables.items():
        frame.write_parquet(folder / f"{name}.parquet")
    return folder


def freeze(out: Path, source: Path | None = None, period: str = PERIOD, as_of: str | None = None):
    return publish(
        source or data(),
        out,
        period=period,
        as_of=as_of,
        sender="反诈中心",
        settings=SETTINGS,
        say=Progress(),
    )


@cache
def month() -> Path:
    """A frozen month of that world; nobody writes there."""
    folder = Path(tempfile.mkdtemp(prefix="published-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return freeze(folder).folder
