import numpy as np

from duanka.features import flags as f
from duanka.features.asking import HOSTS, Asker, Questions, ask, ask_sides, hour
from duanka.features.columns import Columns
from duanka.features.replay import Events
from duanka.features.spec import HOUR
from features_room import START_US

T = START_US
ASKER = Asker(None, None)  # asking a given stream needs neither records nor other streams
EVENTS = Events(
    *(np.array(c) for c in ([0, 0], [5, 6], [T, T + 9], [1, 1], [f.IN] * 2, [T, T + 9]))
)


def test_an_unknown_key_and_a_stream_that_has_told_of_nothing_yet_are_missing():
    of = Questions(np.array([0, 0, 1, -1]), np.array([T, T + 1, T + 1, T + 1]))
    out = Columns(of.at)
    ask(ASKER, out, EVENTS, HOSTS, of, prefix="x_")
    np.testing.assert_array_equal(out.get("x_count_1h"), np.float32([np.nan, 1, 0, np.nan]))


def test_a_stream_without_events_is_missing():
    nothing = Events(*(np.zeros(0, dtype=np.int64),) * 6)
    out = Columns(np.array([T]))
    ask(ASKER, out, nothing, HOSTS, Questions(np.array([0]), out.at))
    assert np.isnan(out.get("count_1h")).all()


def test_the_hour_is_that_of_shanghai():
    assert hour(np.array([T, T + 13 * HOUR, T + 14 * HOUR])).tolist() == [10, 23, 0]


def test_several_sides_are_answered_as_each_alone():
    sides = {
        "x_": Questions(np.array([0, -1, 1]), np.array([T + 1, T + 5, T + 5])),
        "y_": Questions(np.array([1, 0, 0]), np.array([T + 1, T + 20, T])),
    }
    both = Columns(sides["x_"].at)
    ask_sides(ASKER, both, EVENTS, HOSTS, sides)
    for prefix, of in sides.items():
        alone = Columns(of.at)
        ask(ASKER, alone, EVENTS, HOSTS, of, prefix=prefix)
        for name in HOSTS.names:
            np.testing.assert_array_equal(both.get(prefix + name), alone.get(prefix + name))


def test_answers_of_one_instant_are_kept_and_are_what_a_new_asker_says():
    asker, at = Asker(None, None), T + HOUR
    for keys in ([0, 2], [1, 0, 0, -1], [5, 2]):
        of = Questions(np.array(keys), np.full(len(keys), at))
        found, afresh = Columns(of.at), Columns(of.at)
        ask(asker, found, EVENTS, HOSTS, of)
        ask(Asker(None, None), afresh, EVENTS, HOSTS, of)
        for name in HOSTS.names:
            np.testing.assert_array_equal(found.get(name), afresh.get(name))
    (held,) = asker.held.values()
    assert np.flatnonzero(held.place >= 0).tolist() == [0, 1, 2, 5]
