"""What the calls and messages of a phone card are asked, on days written down by hand."""

import numpy as np
import pytest

from duanka.features import calls
from features_room import dataset, of_sim, when


def call(caller, callee, seconds, **since):
    return {"at": when(**since), "caller_id": caller, "callee_id": callee, "duration_s": seconds}


def test_many_strangers_called_and_nobody_calls_back_but_one():
    rows = [call("s", f"v{n}", 10 * n, minutes=n) for n in range(30)]
    rows.append(call("v3", "s", 5, hours=2))
    told = of_sim(dataset(call=rows), "s", when(hours=5))
    assert (
        told["call_out_count_1d"] == told["callee_distinct_1d"] == told["call_first_count_1d"] == 30
    )
    assert told["call_answered_count_1d"] == 29
    assert told["call_back_count_1d"] == 1
    assert told["call_out_share_1d"] == np.float32(30 / 31)
    assert told["call_first_hour_peak_30d"] == 30
    assert told["call_short_count_1d"] == 1
    assert told["call_long_first_count_1d"] == 12
    assert told["call_repeat_1d"] == 1


def test_a_card_that_only_receives_codes():
    rows = [
        {"at": when(minutes=n), "sender_id": f"svc{n}", "receiver_id": "s", "message_kind": "code"}
        for n in range(12)
    ]
    told = of_sim(dataset(message=rows), "s", when(hours=3))
    assert told["code_count_1d"] == told["sender_distinct_1d"] == told["code_day_peak_30d"] == 12
    assert told["code_share_30d"] == 1
    assert np.isnan(told["call_out_count_1d"]), "a dataset without calls knows nothing of them"


@pytest.mark.parametrize("d", calls.DERIVED, ids=lambda d: d.name)
def test_a_derived_feature_is_the_same_on_one_row_and_on_many(d):
    columns = [np.array([0.0, 3.0, 7.0, np.nan]), np.array([2.0, 0.0, 4.0, 1.0])]
    many = d.compute(*columns)
    alone = [d.compute(*(c[i : i + 1] for c in columns))[0] for i in range(4)]
    np.testing.assert_array_equal(many, alone)
    assert np.isnan(many[3])
    assert set(d.needs) <= {*calls.CALL_NAMES, *calls.PAID_NAMES, *calls.MESSAGE_NAMES}
