"""The table `network`."""

from duanka.tables import PRIMARY


def test_a_subject_may_belong_to_several_networks():
    assert PRIMARY["network"] == ("network_id", "subject_kind", "subject_id")
