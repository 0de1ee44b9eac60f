"""What the live door answers is what `duanka run` writes of the same events: score, answer, reasons, all of them."""

from datetime import timedelta

import polars as pl
import pytest

from door_room import opened
from duanka import tables
from duanka.intercept import warming
from duanka.intercept.answers import Answer
from duanka.intercept.events import micros, of_row
from duanka.jobs.progress import Progress
from duanka.jobs.run import run
from duanka.settings import Settings
from duanka.simulate.world import Plan, build

HOURS = 7 * 24
"""How long before the end the door takes over; all before it is warmed."""
AT_ONCE = 64
REGISTER = [name for name in tables.INPUTS if tables.time_of(name) is None] + ["account", "sim"]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A hamlet as a dataset folder, its tables, and the instant it is judged as of."""
    folder = tmp_path_factory.mktemp("town")
    frames = {
        n: tables.typed(n, f)
        for n, f in build(Plan(3, people=300, days=30, rings=1)).tables.items()
        if n in tables.INPUTS
    }
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
    as_of = max(frames[n]["at"].max() for n in ("transfer", "call")) + timedelta(microseconds=1)
    return folder, frames, as_of


@pytest.fixture(scope="module")
def written(town, tmp_path_factory):
    """What a run writes of the hamlet."""
    folder, _, as_of = town
    out = tmp_path_factory.mktemp("out")
    settings = Settings(threads=1)
    return run(
        folder,
        out,
        as_of=as_of.isoformat(),
        model=None,
        fmt="parquet",
        settings=settings,
        say=Progress(),
    ).written


@pytest.fixture(scope="module")
def answered(town, tmp_path_factory):
    """What the door answers, warmed with all before the judged days and the whole register."""
    _, frames, as_of = town
    since = as_of - timedelta(hours=HOURS)
    past, ahead = tmp_path_factory.mktemp("past"), []
    for name, frame in frames.items():
        time = tables.time_of(name)
        known = frame.filter(pl.col(time) < as_of) if time else frame
        if name not in REGISTER:
            ahead.append((name, known.filter(pl.col(time) >= since)))
            known = known.filter(pl.col(time) < since)
        known.write_parquet(past / f"{name}.parquet")
    later = [
        of_row(n, row) for n, f in ahead for row in warming.in_order(n, f).iter_rows(named=True)
    ]
    later.sort(key=lambda event: event.at)
    said = {}
    with opened(tmp_path_factory.mktemp("door"), warm=past) as door:
        for begin in range(0, len(later), AT_ONCE):
            for one in door.take(later[begin : begin + AT_ONCE], now_us=micros(as_of)):
                if isinstance(one, Answer):
                    said[one.event_kind, one.event_id] = one
    return said


def test_every_transfer_and_call_is_answered_alike(town, written, answered):
    want = {
        (r["event_kind"], r["event_id"]): (r["score"], r["answer"], tuple(r["reasons"]))
        for r in written["intercept"].iter_rows(named=True)
    }
    got = {
        key: (one.score, one.answer, one.reasons)
        for key, one in answered.items()
        if one.event_kind != "opening"
    }
    since = micros(town[2] - timedelta(hours=HOURS))
    asked = {
        (kind, event_id)
        for kind in ("transfer", "call")
        for event_id, at in town[1][kind]
        .select(f"{kind}_id", pl.col("at").dt.timestamp("us"))
        .rows()
        if at >= since
    }
    assert len(asked) > 1_000
    assert got == {key: want[key] for key in asked}


def test_every_application_is_advised_alike(written, answered):
    got = {
        one.event_id: (one.score, one.answer, one.reasons)
        for one in answered.values()
        if one.event_kind == "opening"
    }
    want = {
        r["opening_id"]: (r["score"], r["advice"], tuple(r["reasons"]))
        for r in written["opening_advice"].iter_rows(named=True)
    }
    assert got == {name: want[name] for name in got}
