"""The table `device_use`."""

from duanka.tables import PRIMARY


def test_a_card_may_be_seen_on_a_device_twice_at_once(refused):
    assert PRIMARY["device_use"] == ()
    assert not refused("device_use", abroad="0")
    assert refused("device_use", card_kind="card") == {("card_kind", "unknown_word")}
