import numpy as np
import pytest

from duanka.features import flags as f
from duanka.features import kernel, replay
from duanka.features.spec import Aggregate
from features_room import START_US

LAYOUT, NAMES = kernel.compile_layout([Aggregate("n", "count", ("1h",), "试", "a trial", "money")])
NONE = np.zeros(0, dtype=np.int64)


def stream(*rows):
    e = np.array(rows, dtype=np.int64).reshape(-1, 6)
    return replay.Events(*(np.ascontiguousarray(e[:, i]) for i in range(6)))


def test_nothing_asked_and_nothing_told():
    empty = stream()
    assert replay.answer(empty, replay.ask(NONE, NONE, empty), LAYOUT, names=NAMES).shape == (
        0,
        len(NAMES),
    )
    asked = replay.ask(np.array([3]), np.array([START_US]), empty)
    got = dict(
        zip(NAMES, replay.answer(empty, asked, LAYOUT, names=NAMES)[0].tolist(), strict=True)
    )
    assert got["n_1h"] == 0
    assert got["since_last_s"] == -1
    assert replay.entry_flags(empty, LAYOUT).size == 0


def test_answers_stand_in_the_order_of_their_questions():
    events = stream(*[(k, 1, START_US + k, 1, f.IN, START_US + k) for k in range(5)])
    key, at = np.array([4, 0, 9, 2, 0]), START_US + np.array([9, 1, 9, 2, 0])
    found = replay.answer(events, replay.ask(key, at, events), LAYOUT, names=NAMES)
    assert found[:, 0].tolist() == [1, 1, 0, 0, 0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_the_kind_of_number_does_not_change_the_answer(dtype):
    events = stream(*[(0, k, START_US + k, 1, f.IN, START_US + k) for k in range(5)])
    asked = replay.ask(np.array([0]), np.array([START_US + 9]), events)
    found = replay.answer(events, asked, LAYOUT, names=NAMES, dtype=dtype)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, replay.answer(events, asked, LAYOUT, names=NAMES))


def test_flags_on_entry_are_told_in_the_order_of_the_events():
    events = stream((1, 7, START_US, 1, f.IN, START_US), (0, 7, START_US, 1, f.IN, START_US),
                    (1, 7, START_US + 1, 1, f.IN, START_US + 1))  # fmt: skip
    assert ((replay.entry_flags(events, LAYOUT) & f.FIRST) != 0).tolist() == [True, True, False]


def test_keys_are_brought_together_in_their_order():
    order, bounds = replay.order_by_key(np.array([2, 0, 2, 1]), 4)
    assert order.tolist() == [1, 3, 0, 2]
    assert bounds.tolist() == [0, 1, 2, 4, 4]


def many(n=500, keys=9, seed=3):
    rng = np.random.default_rng(seed)
    at = np.sort(rng.integers(0, 9_000_000, n)) + START_US
    events = replay.Events(
        rng.integers(0, keys, n), rng.integers(0, 5, n), at, at - at + 1, at - at + f.IN, at
    )
    return events, replay.ask(rng.integers(0, keys + 2, n), rng.permutation(at), events)


def test_answers_written_into_a_matrix_stand_where_they_are_wanted_and_nothing_else_is_touched():
    events, asked = many()
    want = replay.answer(events, asked, LAYOUT, names=NAMES)
    whole = np.full((asked.key.size, 10), -7, dtype=np.float32)
    column = np.full(len(NAMES), -1)
    column[0], column[2] = 9, 4
    replay.answer_into(replay.Into(whole, column), events, asked, layout=LAYOUT, threads=2)
    np.testing.assert_array_equal(whole[:, [9, 4]], want[:, [0, 2]])
    assert (np.delete(whole, [9, 4], axis=1) == -7).all()


@pytest.mark.parametrize("at_once", [1, 40, 10_000])
def test_parts_answer_every_question_once_and_as_the_whole_does(at_once):
    events, asked = many()
    want = replay.answer(events, asked, LAYOUT, names=NAMES, dtype=np.float32)
    got = np.full_like(want, -7)
    seen = []
    for which, found in replay.answer_parts(events, asked, LAYOUT, names=NAMES, at_once=at_once):
        got[which] = found
        seen += which.tolist()
        assert len(which) <= at_once or len(set(asked.key[which])) == 1
    assert sorted(seen) == list(range(asked.key.size))
    np.testing.assert_array_equal(got, want)


def test_parts_of_nothing_are_none():
    empty = stream()
    assert not list(replay.answer_parts(empty, replay.ask(NONE, NONE, empty), LAYOUT, names=NAMES))


def test_columns_alike_hold_the_same_and_are_read_only():
    writable = np.arange(6)
    frozen = np.arange(6)
    frozen.flags.writeable = False
    made = replay.alike(replay.Events(writable, frozen, *(writable[::2],) * 4))
    assert all(not column.flags.writeable and column.flags.c_contiguous for column in made)
    assert made.at.tolist() == [0, 2, 4]
    assert writable.flags.writeable


def test_questions_in_any_order_are_answered_as_of_their_instants():
    events = stream((0, 1, START_US, 1, f.IN, START_US))
    hours = np.arange(0, 6) * 1_800_000_000 + START_US + 1
    asked = hours[
        [5, 0, 3, 1, 4, 2]
    ]  # nothing arrives in between: only their instants tell them apart
    zero = np.zeros(6, dtype=np.int64)
    got = replay.answer(events, replay.ask(zero, asked, events), LAYOUT, names=NAMES)
    alone = [
        replay.answer(events, replay.ask(zero[:1], asked[i : i + 1], events), LAYOUT, names=NAMES)[
            0
        ]
        for i in range(6)
    ]
    assert got.tolist() == np.array(alone).tolist()
    assert len({row[0] for row in got.tolist()}) == 2
