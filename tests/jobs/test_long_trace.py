"""Money followed through the accounts that it reaches goes where it goes in the whole."""

from duanka.jobs.dataset import prepare
from duanka.jobs.load import load
from duanka.jobs.long_trace import flow_of
from duanka.jobs.progress import Progress
from duanka.network.trace import trace
from duanka.settings import Settings


def test_the_flow_is_that_of_all_transfers(lived, tmp_path):
    small = Settings(threads=1, memory_mb=4)
    loaded = load(lived.data, tmp_path / "lake", settings=small, say=Progress())
    dataset = prepare(loaded, as_of=None, settings=small, say=Progress())
    assert dataset.asker.records.transfers.at.size > dataset.asker.room.at_once
    frames = dataset.frames
    whole = trace(frames["transfer"], frames["lead"], as_of=dataset.as_of).flow
    assert whole.height > 10
    assert flow_of(dataset).equals(whole)
