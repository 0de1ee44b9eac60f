"""The table `message`."""

from duanka.tables import columns


def test_a_message_has_a_kind_and_never_its_content(refused):
    assert not refused("message", message_kind="code")
    assert not {"text", "content", "body"} & {c.name for c in columns("message")}
