import numpy as np

from duanka.features import flags as f
from duanka.features.asking import HOSTS, Questions, ask, hour
from duanka.features.columns import Columns
from duanka.features.replay import Events
from duanka.features.spec import HOUR
from features_room import START_US

T = START_US
EVENTS = Events(
    *(np.array(c) for c in ([0, 0], [5, 6], [T, T + 9], [1, 1], [f.IN] * 2, [T, T + 9]))
)


def test_an_unknown_key_and_a_stream_that_has_told_of_nothing_yet_are_missing():
    of = Questions(np.array([0, 0, 1, -1]), np.array([T, T + 1, T + 1, T + 1]))
    out = Columns(of.at)
    ask(out, EVENTS, HOSTS, of, prefix="x_")
    np.testing.assert_array_equal(out.get("x_count_1h"), np.float32([np.nan, 1, 0, np.nan]))


def test_a_stream_without_events_is_missing():
    nothing = Events(*(np.zeros(0, dtype=np.int64),) * 6)
    out = Columns(np.array([T]))
    ask(out, nothing, HOSTS, Questions(np.array([0]), out.at))
    assert np.isnan(out.get("count_1h")).all()


def test_the_hour_is_that_of_shanghai():
    assert hour(np.array([T, T + 13 * HOUR, T + 14 * HOUR])).tolist() == [10, 23, 0]
