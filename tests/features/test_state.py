import numpy as np
import pytest

from duanka.errors import BadInput
from duanka.features import flags as f
from duanka.features import kernel
from duanka.features.spec import HOUR, Aggregate
from duanka.features.state import Histories
from features_room import START_US

LAYOUT, NAMES = kernel.compile_layout(
    [Aggregate("n", "count", ("1h", "1d"), "试", "a trial", "money")]
)


def told(*events):
    histories = Histories(LAYOUT, NAMES)
    for key, at in events:
        histories.add(key=key, other=1, at=at, value=1, flags=f.IN)
    return histories


def count(histories, key, at):
    return int(histories.answer(np.array([key]), at)[0, 0])


def test_an_event_is_not_seen_at_its_own_instant():
    histories = told((0, START_US))
    assert count(histories, 0, START_US) == 0
    assert count(histories, 0, START_US + 1) == 1


def test_the_clock_never_runs_backwards():
    histories = told((0, START_US))
    with pytest.raises(BadInput, match="before what is already known"):
        histories.answer(np.array([0]), START_US - 1)
    count(histories, 0, START_US + HOUR)
    with pytest.raises(BadInput):
        histories.answer(np.array([0]), START_US)


def test_a_late_event_counts_from_when_it_came():
    histories = told((0, START_US + HOUR))
    histories.add(key=0, other=2, at=START_US + HOUR // 2, value=1, flags=f.IN)
    assert count(histories, 0, START_US + HOUR) == 1
    assert count(histories, 0, START_US + HOUR + 1) == 2


def test_a_key_never_met_knows_nothing_and_rows_grow_without_loss():
    histories = told((0, START_US), (5000, START_US))
    assert [count(histories, k, START_US + 1) for k in (0, 5000, 9000)] == [1, 1, 0]


def test_nobody_asked_is_answered_with_nothing():
    assert told().answer(np.zeros(0, dtype=np.int64), START_US).shape == (0, len(NAMES))


def test_what_is_saved_midway_goes_on_as_if_nothing_had_happened():
    histories = told((0, START_US), (1, START_US + 5), (0, START_US + 5))
    saved = histories.save()
    histories.add(key=0, other=9, at=START_US + 6, value=1, flags=f.IN)
    again = Histories(LAYOUT, NAMES)
    again.restore(saved)
    assert count(again, 0, START_US + 5) == 1, "the event of that instant still waits"
    assert count(again, 0, START_US + 7) == 2
    assert count(histories, 0, START_US + 7) == 3
    untouched = Histories(LAYOUT, NAMES)
    untouched.restore(saved)
    assert count(untouched, 0, START_US + 7) == 2, "what was saved is a copy"
