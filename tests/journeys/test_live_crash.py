"""Killed at any instant and started again: nothing acknowledged is lost, nothing doubled, the state is equal."""

import multiprocessing
import random

import pytest

from crashing import BATCHES, batches, stream
from door_room import NOW_US, opened
from duanka.intercept import batch

KILLS = 12
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["crashing"])


def life(folder, first, bomb=("", 0), kill_after=None):
    """What a child told until it ended or was killed after so many acknowledgements."""
    hear, tell = CONTEXT.Pipe(duplex=False)
    child = CONTEXT.Process(target=stream, args=(str(folder), first, bomb, tell))
    child.start()
    tell.close()
    told = []
    try:
        while True:
            told.append(hear.recv())
            if kill_after is not None and len(told) >= kill_after:
                child.kill()
    except EOFError:
        pass
    child.join()
    return told, child.exitcode


@pytest.fixture(scope="module")
def never_killed(tmp_path_factory):
    told, code = life(tmp_path_factory.mktemp("whole"), 0)
    assert code == 0
    return next(one[1] for one in told if isinstance(one, tuple))


def test_the_state_after_many_kills_equals_that_of_a_run_never_killed(tmp_path, never_killed):
    rng = random.Random(5)
    acknowledged, killed = set(), 0
    while killed < KILLS:
        first = max(max(acknowledged, default=0) - 1, 0)
        left = BATCHES - first
        bomb, after = ("", 0), None
        if killed % 3 == 0:
            bomb = ("write" if killed else "noughts", rng.randrange(200, 8_000))
        elif killed % 3 == 1:
            after = rng.randrange(1, 4)
        else:
            bomb = ("snapshot", rng.choice([1, 2]))
        if left < 4:  # near the end: begin again from the first batch, all of it repeated
            first = 0
        told, code = life(tmp_path, first, bomb, after)
        acknowledged |= {one for one in told if isinstance(one, int)}
        killed += 1
        if code == 0:
            break
    told, code = life(tmp_path, 0)
    assert code == 0
    digest = next(one[1] for one in told if isinstance(one, tuple))
    assert digest == never_killed
    with opened(tmp_path) as door:
        assert door.digest() == never_killed
        kept = [
            event.key
            for record in door._held.log.replay()
            for event in batch.read(record.payload).events()
        ]
        sent = [event.key for one in batches() for event in one]
        assert kept == sent
        assert acknowledged <= set(range(BATCHES))
        assert all(said.duplicate for one in batches() for said in door.take(one, now_us=NOW_US))
    assert killed >= 6
