"""The table `organisation`."""


def test_only_the_id_is_required(refused):
    assert not refused("organisation", registered_on=None)
    assert refused("organisation", organisation_id=None) == {("organisation_id", "missing")}
