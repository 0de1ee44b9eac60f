"""The table `outreach`."""

from duanka.tables import columns


def test_a_group_is_never_a_list_of_people():
    assert [c.name for c in columns("outreach")] == [
        "group",
        "channel",
        "message_id",
        "size",
        "holdout_size",
    ]
