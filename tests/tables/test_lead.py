"""The table `lead`."""


def test_a_loss_is_not_negative(refused):
    assert not refused("lead", loss_fen=0, requested_measure="stop_payment")
    assert refused("lead", loss_fen=-1) == {("loss_fen", "too_small")}
