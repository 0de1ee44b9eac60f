"""The table `outlet`."""


def test_an_outlet_has_a_district_of_six_digits(refused):
    assert not refused("outlet")
    assert refused("outlet", region_code="9901") == {("region_code", "bad_region")}
    assert refused("outlet", region_code="99010a") == {("region_code", "bad_region")}
    assert refused("outlet", region_code="") == {("region_code", "missing")}
