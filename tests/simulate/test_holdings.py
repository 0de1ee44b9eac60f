from itertools import pairwise

import numpy as np

from duanka.simulate.cards import CORPORATE
from duanka.simulate.people import NEVER
from duanka.simulate.plan import Plan, Ways
from duanka.simulate.world import settle
from town import morning


def bad(sim):
    scene, rings = morning()
    return scene, [c for ring in rings for c in ring.cards if c.sim == sim]


def test_no_card_is_used_twice_and_each_has_its_days_in_order():
    for sim in (False, True):
        _, cards = bad(sim)
        assert len({c.number for c in cards}) == len(cards)
        for card in cards:
            assert card.handover <= card.start < card.stop


def test_fresh_cards_were_opened_before_they_changed_hands():
    for sim in (False, True):
        scene, cards = bad(sim)
        opened = (scene.sims if sim else scene.accounts).opened
        for card in cards:
            assert opened[card.number] <= card.handover
            assert card.stock == (opened[card.number] < -10 * 86_400)


def test_shell_companies_hold_corporate_accounts_and_share_the_agents_phone():
    scene, cards = bad(sim=False)
    shells = [c for c in cards if c.holder >= scene.people.count]
    assert shells
    assert all(scene.accounts.kind[c.number] == CORPORATE for c in shells)


def test_a_set_sale_binds_the_new_sim_to_the_new_account():
    sold = [
        (scene, card)
        for scene, rings in (morning(1), morning(2), morning(3))
        for ring in rings
        for card in ring.cards
        if card.use == "bound"
    ]
    assert sold
    for scene, card in sold:
        bound = (scene.accounts.sim == card.number).nonzero()[0]
        assert len(bound) == 1
        assert scene.sims.opened[card.number] < scene.accounts.opened[bound[0]]


def test_first_layer_exists_and_days_are_not_all_the_same():
    _, cards = bad(sim=False)
    assert any(c.layer == 1 for c in cards)
    assert any(a.start != b.start for a, b in pairwise(cards))


def test_where_cards_are_handed_back_their_holders_life_goes_on():
    ended = []
    for back in (0.0, 1.0):
        plan = Plan(1, people=1_500, days=60, rings=3, ways=Ways(handed_back=back))
        scene, rings = settle(plan, np.random.default_rng([1, 0]))
        used = [c for ring in rings for c in ring.cards if not c.sim]
        ended.append(sum(scene.accounts.until_at[c.number] < NEVER for c in used))
    assert ended[0] > 0
    assert ended[1] < ended[0] / 2
