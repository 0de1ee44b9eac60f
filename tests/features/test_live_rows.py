from duanka.features import asking, live_rows
from duanka.features import live_state as s


def test_every_stream_finds_its_own_layout():
    layout = live_rows.layout_of(s.NOTICES)
    assert layout.plan.tolist() == asking.NOTICES.layout.plan.tolist()
    assert layout.width == asking.NOTICES.layout.width
