import numpy as np
import pytest

from duanka.features.circumstances import first_between
from features_room import asker, dataset, of_account, of_sim, transfers_of, when

PHONE = {
    "sim_id": "s",
    "sim_kind": "phone",
    "holder_id": "p",
    "institution_id": "t",
    "activated_at": when(days=-9),
}
ACCOUNT = {"account_id": "a", "account_kind": "class_1", "holder_id": "p", "institution_id": "i",
           "opened_at": when(days=-9)}  # fmt: skip


def call(duration=600, caller="stranger", **since):
    return {"at": when(**since), "caller_id": caller, "callee_id": "s", "duration_s": duration}


def pay(payee="x", payer="a", **since):
    device = since.pop("device", None)
    return {
        "at": when(**since),
        "payer_id": payer,
        "payee_id": payee,
        "amount_fen": 900,
        "device_id": device,
    }


def victim(*calls, pays):
    return dataset(account=[ACCOUNT], sim=[PHONE], call=list(calls), transfer=pays)


def test_seconds_since_a_strangers_call_run_from_its_end():
    told = transfers_of(victim(call(), pays=[pay(minutes=25)]))
    assert told[0]["since_call_s"] == 15 * 60


@pytest.mark.parametrize(
    ("calls", "minutes"),
    [
        ([call(duration=59)], 25),
        ([call()], 10),  # it ends that very second
        ([call()], 5),  # it is not over
        ([call()], 131),  # more than two hours ago
        ([call(days=-1), call()], 25),  # no stranger any more
        ([call(minutes=30)], 25),
    ],
)
def test_no_strangers_call_before_a_transfer(calls, minutes):
    told = transfers_of(victim(*calls, pays=[pay(minutes=minutes)]))
    assert np.isnan(told[0]["since_call_s"])


def test_only_the_first_payment_to_a_payee_after_the_call_counts_for_payee_and_caller():
    data = victim(
        call(),
        pays=[
            pay("known", days=-2),
            pay("x", minutes=20),
            pay("x", minutes=30),
            pay("known", minutes=40),
        ],
    )
    assert of_account(data, "x", when(days=1))["called_in_count_7d"] == 1
    assert of_account(data, "known", when(days=1))["called_in_count_7d"] == 0
    caller = of_sim(data, "stranger", when(days=1))
    assert caller["then_paid_count_7d"] == 1
    assert caller["then_paid_fen_30d"] == 900


def test_a_device_is_new_for_a_day_and_the_first_of_a_card_never_is():
    rows = [
        pay(device="d0"),
        pay(device="d1", days=3),
        pay(device="d1", days=3, hours=20),
        pay(device="d1", days=4, hours=1),
        pay(device=None, days=5),
    ]
    told = transfers_of(dataset(transfer=rows))
    assert [t["is_new_device"] for t in told] == [0, 1, 1, 0, 0]


def test_the_first_between_two_is_in_one_direction_and_ties_are_all_first():
    rows = [pay("x"), pay("x"), pay("x", hours=1), pay("a", payer="x", hours=2)]
    moves = asker(dataset(transfer=rows)).records.transfers
    assert first_between(moves).tolist() == [True, True, False, True]


def test_a_failed_transfer_tells_no_more_of_its_outcome_than_one_that_succeeds():
    def last(outcome):
        rows = [
            pay("b"),
            pay("c", payer="b", hours=1),
            pay("a", payer="c", hours=2) | {"outcome": outcome},
        ]
        rows[0]["outcome"] = rows[1]["outcome"] = "success"
        return transfers_of(dataset(transfer=rows))[-1]

    np.testing.assert_equal(last("failed"), last("success"))
    assert last("failed")["depth"] == 3
    assert last("failed")["cycle"] == 3
