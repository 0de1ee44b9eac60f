"""The table `staff`."""


def test_the_day_hired_is_a_day_or_unknown(refused):
    assert not refused("staff", hired_on="2019/03/01")
    assert not refused("staff", hired_on=None)
    assert refused("staff", hired_on="2019-02-30") == {("hired_on", "bad_on")}
