"""The table `label`."""


def test_a_label_says_who_confirmed_it_and_when_we_learned(refused):
    assert not refused("label", implicated="0", source="appeal", role="victim")
    assert refused("label", known_at=None, source="rumour") == {
        ("known_at", "missing"),
        ("source", "unknown_word"),
    }
