import numpy as np

from duanka.simulate.cards import CORPORATE, PAY, append
from duanka.simulate.places import BANK, PAYMENT
from town import morning


def test_corporate_accounts_belong_to_organisations_and_others_to_people():
    scene = morning()[0]
    firm = scene.accounts.holder >= scene.people.count
    assert (firm == (scene.accounts.kind == CORPORATE)).all()


def test_payment_accounts_are_of_payment_institutions():
    scene = morning()[0]
    kind = scene.places.institution_kind[scene.places.outlet_institution[scene.accounts.outlet]]
    assert set(kind[scene.accounts.kind == PAY]) == {PAYMENT}
    assert set(kind[scene.accounts.kind != PAY]) == {BANK}


def test_wallets_name_the_holders_own_cards():
    scene = morning()[0]
    everyone = np.arange(scene.people.count)
    for numbers, cards in ((scene.wallets.main, scene.accounts), (scene.wallets.second, scene.accounts),
                           (scene.wallets.payment, scene.accounts), (scene.wallets.sim, scene.sims),
                           (scene.wallets.second_sim, scene.sims)):  # fmt: skip
        has = numbers >= 0
        assert (cards.holder[numbers[has]] == everyone[has]).all()


def test_nobody_uses_a_card_before_it_was_opened_and_some_wake_late():
    accounts = morning()[0].accounts
    assert (accounts.from_at >= accounts.opened).all()
    assert ((accounts.from_at > 0) & (accounts.opened < 0)).any()


def test_honest_people_open_at_one_desk_in_batches():
    largest = []
    for scene in (morning(seed)[0] for seed in (1, 2, 3)):
        accounts = scene.accounts
        own = (accounts.opened >= 0) & (accounts.terminal >= 0)
        key = accounts.terminal[own] * 1_000 + accounts.opened[own] // 86_400
        largest.append(np.unique(key, return_counts=True)[1].max())
    assert max(largest) >= 3


def test_append_keeps_the_first_rows():
    sims = morning()[0].sims
    both = append(sims, sims)
    assert both.count == 2 * sims.count
    assert (both.holder[: sims.count] == sims.holder).all()
