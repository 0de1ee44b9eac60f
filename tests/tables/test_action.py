"""The table `action`."""

from duanka.tables import PRIMARY


def test_ranks_are_unique():
    assert PRIMARY["action"] == ("rank",)
