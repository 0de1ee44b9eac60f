import numpy as np

from duanka.simulate.journal import PARTS, Calls, Moves, join, keep, rows


def some(count):
    return rows(Moves, count, at=np.arange(count), payer=1, payee=2, fen=5)


def test_scalars_are_repeated_and_defaults_filled():
    moves = some(3)
    assert moves.fen.tolist() == [5, 5, 5]
    assert moves.failed.dtype == bool
    assert moves.ring.tolist() == [-1, -1, -1]


def test_join_and_keep_hold_all_columns_together():
    moves = keep(join(Moves, [some(2), some(3)]), np.array([4, 0]))
    assert moves.at.tolist() == [2, 0]
    assert len(moves.payer) == 2
    assert len(join(Calls, []).at) == 0


def test_honest_is_the_first_part():
    assert PARTS[0] == ""
    assert len(set(PARTS)) == len(PARTS)
