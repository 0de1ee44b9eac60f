"""A run that may hold only seven thousand rows at once writes what a run in memory writes, byte for byte."""

import numpy as np

from duanka.features.shards import Shards
from duanka.jobs.dataset import prepare
from duanka.jobs.judge import Told
from duanka.jobs.load import load
from duanka.jobs.portions import joined, rows_of
from duanka.jobs.progress import Progress
from duanka.jobs.run import run
from duanka.settings import Settings

SMALL = Settings(threads=1, memory_mb=7)


def test_a_run_in_tiny_parts_writes_the_same_bytes(lived, tmp_path):
    out = tmp_path / "out"
    run(
        lived.data,
        out,
        as_of=None,
        model=lived.models,
        fmt="parquet",
        settings=SMALL,
        say=Progress(),
    )
    names = sorted(path.name for path in lived.out.iterdir())
    assert sorted(path.name for path in out.iterdir()) == names
    for name in names:
        assert (out / name).read_bytes() == (lived.out / name).read_bytes(), name


def test_so_little_memory_cuts_every_long_table(lived, tmp_path):
    loaded = load(lived.data, tmp_path / "lake", settings=SMALL, say=Progress())
    dataset = prepare(loaded, as_of=None, settings=SMALL, say=Progress())
    transfers = dataset.frames["transfer"]
    assert transfers.n_chunks() > 2
    assert transfers["at"].is_sorted()
    assert isinstance(dataset.asker.streams.transfers, Shards)
    assert not list((tmp_path / "lake" / "spill").iterdir())


def test_what_was_told_of_portions_is_told_of_all():
    first = Told(np.array([0.1, 0.9]), {1: ["money"]}, {1: ["in_count_1d"]}, {1: {"a": 2.0}})
    second = Told(np.array([0.5]), {0: ["device"]}, {0: []}, {0: {}})
    found = joined([first, second])
    assert found.score.tolist() == [0.1, 0.9, 0.5]
    assert found.families == {1: ["money"], 2: ["device"]}
    assert found.reasons == {1: ["in_count_1d"], 2: []}
    assert found.values == {1: {"a": 2.0}, 2: {}}


def test_a_stretch_of_rows_and_scattered_rows_are_those_asked_for(lived):
    frame = lived.ran.written["score"].head(20)
    for which in (np.arange(3, 9), np.array([1, 4, 5]), np.zeros(0, dtype=np.int64)):
        assert rows_of(frame, which).equals(frame[which])
