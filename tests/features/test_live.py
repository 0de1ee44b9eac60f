import numpy as np
import pytest

from duanka import tables
from duanka.errors import BadInput
from duanka.features.live import Live
from duanka.features.spec import SECOND
from features_room import START_US, dataset, named, transfers_of, when

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


def paid(at: int, payer: str = "a") -> dict:
    return {
        "transfer_id": f"{payer}{at}",
        "at": START_US + at,
        "payer_id": payer,
        "payee_id": "b",
        "amount_fen": 500,
    }


def received(live: Live, row: dict) -> float:
    return named("transfer", live.vectors("transfer", [row]))["payee_in_count_1h"]


def test_a_late_transfer_counts_from_the_clock_on_and_one_of_the_clocks_instant_does_not():
    live = Live()
    for at in (0, 10 * SECOND, 5 * SECOND):
        live.tell("transfer", paid(at))
    assert live.clock == START_US + 10 * SECOND
    assert received(live, paid(10 * SECOND, "c")) == 2
    assert received(live, paid(10 * SECOND + 1, "c")) == 3


def test_what_was_saved_is_saved_again_alike():
    live = Live()
    live.answer_and_tell("transfer", TWO)
    live.tell("lead", {"issued_at": START_US + 9, "card_kind": "account", "card_id": "a"})
    saved = live.save()
    again = Live()
    again.restore(saved)
    np.testing.assert_equal(again.save(), saved)
    assert again.size()["cards"] == 2


def test_a_table_that_the_contract_does_not_know_is_refused():
    with pytest.raises(BadInput, match="no table"):
        Live().tell("gossip", {})
