import numpy as np
import polars as pl

from duanka.features import flags as f
from duanka.features import live_around, live_state, moves
from duanka.features.spec import HOUR, MINUTE, SECOND
from features_room import START_US


def test_night_is_the_batch_hosts_night():
    at = START_US + np.arange(0, 48) * (HOUR // 2)
    frame = pl.DataFrame({"at": pl.Series(at).cast(pl.Datetime("us", "UTC"))})
    expected = moves.bits(frame, {f.NIGHT: moves.night("at")})
    assert [live_around.night_bit(t) for t in at.tolist()] == expected.tolist()


def test_of_calls_that_ended_only_the_last_is_kept():
    st = live_state.fresh()
    for minute in range(10):
        at = START_US + minute * MINUTE
        live_around.hear(st, 3, at // SECOND + 61, minute, at)
    now = START_US + 12 * MINUTE
    assert live_around.call_before(st, 3, now) == (12 * 60 - 9 * 60 - 61, 9)
    assert live_around.call_before(st, 3, now + 3 * HOUR) == (-1, -1)
    assert st.book[live_state.HEARD] <= 4
