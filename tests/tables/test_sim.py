"""The table `sim`."""


def test_an_iot_card_is_a_sim(refused):
    assert not refused("sim", sim_kind="iot")
    assert refused("sim", sim_kind="esim") == {("sim_kind", "unknown_word")}
