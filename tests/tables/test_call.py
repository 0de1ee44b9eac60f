"""The table `call`."""


def test_a_call_lasts_no_less_than_nothing(refused):
    assert not refused("call", duration_s=0, answered="FALSE", roaming="1")
    assert refused("call", duration_s=-1) == {("duration_s", "too_small")}
    assert refused("call", answered="yes") == {("answered", "bad_flag")}
