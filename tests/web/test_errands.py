import threading

import pytest

from console_room import Clock
from duanka.errors import NotFound
from duanka.web.errands import MOST_KEPT, Errands

PATIENCE_S = 60


@pytest.fixture
def errands():
    return Errands(Clock())


def ended(errands, key, work):
    """The errand once its work is over."""
    made = errands.start(key, work)
    assert made.over.wait(PATIENCE_S)
    return made


def test_work_goes_on_beside_and_its_result_is_kept(errands):
    assert errands.of("count") is None
    made = ended(errands, "count", lambda errand: errand.say(2, 3) or 7)
    assert (made.result, made.done, made.of) == (7, 2, 3)
    assert errands.of("count") is made


def test_who_asks_while_it_runs_gets_the_same_work(errands):
    go, calls = threading.Event(), []
    first = errands.start("count", lambda _: calls.append(1) or go.wait(PATIENCE_S))
    assert errands.start("count", lambda _: calls.append(2)) is first
    go.set()
    assert ended(errands, "other", lambda _: None).ended_at is not None
    assert calls == [1]


def test_a_fault_is_kept_to_be_told(errands):
    def lost(_):
        raise NotFound("gone", where="x")

    assert ended(errands, "count", lost).fault.what == "gone"


def test_not_more_than_so_many_are_kept(errands):
    for n in range(MOST_KEPT + 3):
        ended(errands, n, lambda _: None)
    assert errands.of(0) is None
    assert errands.of(MOST_KEPT + 2) is not None
