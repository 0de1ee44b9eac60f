"""The table `account`."""


def test_every_fault_of_a_row_is_told(refused):
    assert not refused("account")
    assert refused("account", account_kind="class_4", opened_at="yesterday", holder_id=" ") == {
        ("account_kind", "unknown_word"),
        ("opened_at", "bad_at"),
        ("holder_id", "missing"),
    }
