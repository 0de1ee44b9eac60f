from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.features import live_sights, live_state
from duanka.features.live_sights import ON_DEVICE_HOP, ON_DEVICE_SPAN
from duanka.features.spec import DAY

START = 1_777_000_000_000_000
visits = st.lists(st.tuples(st.integers(0, 25), st.integers(0, 20)), max_size=60)


@settings(max_examples=60, deadline=None)
@given(visits)
def test_others_on_a_device_are_those_of_thirty_days(seen):
    memory, now, told = live_state.fresh(), START, []
    for guest, days in seen:
        now += days * DAY
        since = (now - ON_DEVICE_SPAN) // ON_DEVICE_HOP * ON_DEVICE_HOP
        there = {who for who, at in told if at >= since and who != guest}
        found = live_sights.others(memory.hosts, 0, guest, now, ON_DEVICE_SPAN, ON_DEVICE_HOP)
        assert found == min(len(there), 15)
        live_sights.welcome(memory.hosts, 0, guest, now)
        told.append((guest, now))
