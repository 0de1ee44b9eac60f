import numpy as np

from features_room import dataset, of_account, when


def use(device, day, **more):
    return {"at": when(days=day), "card_kind": "account", "card_id": "a", "device_id": device,
            "device_use_id": 0, **more}  # fmt: skip


def test_a_card_that_moves_from_device_to_device_and_abroad():
    rows = [use("d0", 0), use("d1", 3), use("d2", 4), use("d2", 5, abroad=True), use("d1", 6)]
    told = of_account(dataset(device_use=rows), "a", when(days=7))
    assert told["device_distinct_7d"] == 3
    assert told["device_first_count_7d"] == 3
    assert told["abroad_count_7d"] == 1
    assert told["use_count_7d"] == 5
    assert told["device_crowd_7d"] == 0
    assert told["device_since_last_s"] == 86_400


def test_without_devices_nothing_is_known_of_them():
    pay = {"at": when(), "payer_id": "a", "payee_id": "b", "amount_fen": 1}
    told = of_account(dataset(transfer=[pay]), "a")
    assert np.isnan(told["device_distinct_7d"])
    assert np.isnan(told["abroad_count_30d"])
