"""The table `institution`."""


def test_kinds_are_closed(refused):
    assert not refused("institution", institution_kind="mvno")
    assert refused("institution", institution_kind="post") == {("institution_kind", "unknown_word")}
