from collections import Counter
from datetime import datetime

import msgspec
import pytest

from duanka import tables
from duanka.intercept.events import decode
from duanka.jobs.load import load
from duanka.jobs.progress import Progress
from duanka.settings import Settings
from duanka.web import timeline


@pytest.fixture(scope="module")
def loaded(town_folder, tmp_path_factory):
    into = tmp_path_factory.mktemp("lake")
    return load(town_folder, into, settings=Settings(threads=1), say=Progress())


def when(line):
    row = msgspec.json.decode(line)
    time = tables.time_of(row["kind"])
    return datetime.fromisoformat(row[time]) if time else None


def test_every_row_comes_once_standing_facts_first_then_by_time(loaded, monkeypatch):
    monkeypatch.setattr(timeline, "SLICE", 5_000)
    lines = list(timeline.lines(loaded))
    kinds = Counter(msgspec.json.decode(line)["kind"] for line in lines)
    held = {name: loaded.lake.count(name) for name in tables.INPUTS if name in loaded.lake.tables()}
    assert kinds == {name: count for name, count in held.items() if count}
    assert len(lines) == timeline.count(loaded) == sum(held.values())
    times = [when(line) for line in lines]
    standing = times.count(None)
    assert times[:standing] == [None] * standing
    assert times[standing:] == sorted(times[standing:])


def test_every_line_is_an_event_that_says_what_the_row_said(loaded):
    seen = set()
    for line in timeline.lines(loaded):
        event = decode(line)
        if event.kind in seen:
            continue
        seen.add(event.kind)
        assert set(event.row) == {info.name for info in tables.columns(event.kind)}
    assert seen >= {"transfer", "call", "opening", "person", "account"}


def test_from_an_instant_on_only_what_became_known_then(loaded):
    times = sorted(at for line in timeline.lines(loaded) if (at := when(line)))
    middle = times[len(times) // 2]
    rest = list(timeline.lines(loaded, since=middle))
    assert len(rest) == timeline.count(loaded, since=middle) == sum(at >= middle for at in times)
    assert min(when(line) for line in rest) == middle


def test_slices_cut_nothing_of_one_instant_apart(loaded, monkeypatch):
    whole = list(timeline.lines(loaded))
    monkeypatch.setattr(timeline, "SLICE", 777)
    assert list(timeline.lines(loaded)) == whole


def test_an_instant_is_read_as_everywhere():
    assert timeline.instant("2026-08-01").isoformat() == "2026-07-31T16:00:00+00:00"
