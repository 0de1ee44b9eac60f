import numpy as np

from duanka.features import live_run
from duanka.features import live_state as s
from duanka.features.live_enter import DONE


def test_a_moment_moves_the_clock_and_nothing_later_than_asked_for():
    st = s.fresh()
    moments = np.array([[s.MOMENT, at, *[-1] * 13] for at in (5, 9)])
    none = np.empty((2, 0), dtype=np.float32)
    assert live_run.run(st, moments, 0, 7, 0, none) == (1, live_run.RARE)
    assert st.book[s.CLOCK] == 5
    assert live_run.run(st, moments, 1, 9, 0, none) == (2, DONE)
