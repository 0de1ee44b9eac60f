"""The table `opening`."""


def test_a_refused_application_has_no_card(refused):
    assert not refused("opening", outcome="refused", card_id=None)
    assert refused("opening", outcome="lost") == {("outcome", "unknown_word")}
