from duanka.features import calls, devices, given, transfers


def test_what_is_borrowed_from_a_stream_is_answered_by_it():
    derived = {d.name for d in (*transfers.DERIVED, *calls.DERIVED)}
    assert set(given.BOUND_CALLS) <= set(calls.CALL_NAMES)
    assert set(given.BOUND_MESSAGES) <= set(calls.MESSAGE_NAMES)
    assert set(given.BOUND_USES) | set(given.EVENT_USES) <= set(devices.USE_NAMES)
    assert set(given.SIM_ACCOUNT) <= set(transfers.NAMES)
    assert set(given.CALLEE) <= set(calls.CALL_NAMES) | derived
