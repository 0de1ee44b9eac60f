import numpy as np
import pytest

from duanka.simulate.dial import dial, handsets, working_times
from duanka.simulate.launder import launder
from town import morning


@pytest.fixture(scope="module")
def lines():
    scene, rings = morning()
    rng = np.random.default_rng(5)
    out = []
    for ring in rings:
        _, spree = launder(scene, rng, ring)
        out.append((ring, spree, *dial(scene, rng, ring, spree.scams)))
    return out


def test_a_dialling_sim_works_inside_its_days_and_rarely_repeats(lines):
    ratios = []
    for ring, _, calls, _, _ in lines:
        for card in ring.cards:
            if card.use == "dial":
                mine = (calls.caller == card.number) & (calls.part > 0)
                assert calls.at[mine].min() >= card.start
                ratios.append(mine.sum() / len(np.unique(calls.callee[mine])))
    assert np.median(ratios) < 1.4


def test_victims_are_called_before_they_pay(lines):
    scene, _ = morning()
    for _, spree, calls, _, _ in lines:
        for scam in spree.scams:
            if scam.victim >= 0:
                heard = calls.at[
                    (calls.callee == scene.wallets.sim[scam.victim]) & (calls.at < scam.at)
                ]
                assert len(heard) or scam.at < 86_400


def test_code_sims_hear_many_services(lines):
    heard = [
        len(np.unique(messages.sender[messages.receiver == card.number]))
        for ring, _, _, messages, _ in lines
        for card in ring.cards
        if card.use == "code"
    ]
    assert not heard or max(heard) >= 2


def test_working_times_and_handsets_go_together():
    _, rings = morning()
    ring = rings[0]
    card = next(c for c in ring.cards if c.sim and c.device >= 0)
    at = working_times(np.random.default_rng(1), ring, card, 40)
    assert at.min() == card.start
    assert len(handsets(ring, card, at)) == len(at)
