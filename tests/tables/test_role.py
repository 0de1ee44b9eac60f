"""The table `role`."""

from duanka.tables import columns


def test_a_device_has_no_role():
    words = {c.name: c.words for c in columns("role")}
    assert "device" not in words["subject_kind"]
    assert "victim" in words["role"]
