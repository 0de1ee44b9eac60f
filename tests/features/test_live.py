import numpy as np

from duanka import tables
from duanka.features.live import Live
from features_room import START_US, dataset, transfers_of, when

TWO = [
    {"transfer_id": "t0", "at": START_US, "payer_id": "a", "payee_id": "b", "amount_fen": 500},
    {"transfer_id": "t1", "at": START_US + 9, "payer_id": "a", "payee_id": "b", "amount_fen": 700},
]


def test_a_transfer_is_answered_before_it_is_known():
    live = Live()
    found = live.answer_and_tell("transfer", TWO)
    timed = [{**row, "at": when(microseconds=row["at"] - START_US)} for row in TWO]
    told = {**dataset(transfer=timed), "lead": tables.empty("lead")}
    expected = [list(v.values()) for v in transfers_of(told)]
    np.testing.assert_array_equal(found, np.array(expected, dtype=np.float32))
    assert live.clock == START_US + 9
