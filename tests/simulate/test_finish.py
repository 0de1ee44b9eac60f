import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.simulate.finish import balances, enum, hidden, in_order, region
from duanka.simulate.journal import Moves, rows
from duanka.simulate.places import REGIONS
from town import morning

ROW = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 900), st.booleans())


@settings(max_examples=60)
@given(st.lists(ROW, min_size=1, max_size=40))
def test_balances_are_what_a_bookkeeper_would_write(told):
    told = [row for row in told if row[0] != row[1]]
    if not told:
        return
    payer, payee, fen, failed = (np.array(c) for c in zip(*told, strict=True))
    moves = rows(
        Moves, len(told), at=np.arange(len(told)), payer=payer, payee=payee, fen=fen, failed=failed
    )
    start = np.array([0, 10, 100, 0, 5])
    after = balances(moves, start)
    purse: dict[int, int] = {}
    for i, (a, b, f, bad) in enumerate(told):
        sum_ = 0 if bad else f
        for who, change, said in ((a, -sum_, after[0][i]), (b, sum_, after[1][i])):
            assert said >= 0
            if who in purse:
                assert said == purse[who] + change
            else:
                assert said - change >= start[who]
            purse[who] = int(said)


def test_unknown_numbers_read_as_null():
    assert region(np.array([0, -1])).to_list() == [REGIONS[0], None]
    assert enum(("a", "b"), np.array([1, -1])).to_list() == ["b", None]
    assert hidden(np.random.default_rng(1), pl.Series([1, 2]), 0.0).to_list() == [1, 2]
    assert hidden(np.random.default_rng(1), pl.Series([1, 2]), 1.0).null_count() == 2


def test_rows_outside_the_window_fall_away_and_the_others_stand_in_time():
    scene, _ = morning()
    moves = rows(Moves, 4, at=[50, -5, 10, scene.seconds + 1], payer=0, payee=1, fen=1)
    kept = in_order(scene, np.random.default_rng(1), moves)
    assert (kept.at // 1_000_000).tolist() == [10, 50]
