import numpy as np

from duanka.simulate.dealings import logins, payments, talk
from duanka.simulate.journal import CARD_PAY, FUNDING, RECRUIT_CALL
from duanka.simulate.launder import launder
from town import morning


def test_cards_are_paid_for_with_small_sums_and_money_comes_from_above_first():
    scene, rings = morning()
    rng = np.random.default_rng(6)
    for ring in rings:
        _, spree = launder(scene, rng, ring)
        moves = payments(scene, rng, ring, spree)
        price = moves.fen[moves.part == CARD_PAY]
        assert price.max() <= 160_000
        assert (moves.part == FUNDING).any()
        assert moves.at.min() >= 0


def test_recruiters_ring_many_people_once():
    scene, rings = morning()
    calls, messages = talk(scene, np.random.default_rng(1), rings[0])
    first = calls.part == RECRUIT_CALL
    assert len(np.unique(calls.callee[first])) > 0.8 * first.sum() > 5
    assert len(messages.at) > 5


def test_control_moves_to_devices_of_the_ring_and_the_liaison_is_abroad():
    scene, rings = morning()
    seen = logins(scene, np.random.default_rng(1), rings[0])
    moved = [c for c in rings[0].cards if not c.sim and c.device >= 0]
    for card in moved:
        assert card.device in seen.device[seen.card == card.number]
    assert seen.abroad.any()
