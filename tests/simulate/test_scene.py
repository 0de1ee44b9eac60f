import numpy as np

from duanka.simulate.scene import (
    MERCHANT_COUNT,
    MERCHANTS,
    OUTSIDE,
    OUTSIDERS,
    holder_person,
    merchants,
    outsiders,
)  # fmt: skip
from town import morning


def test_outsiders_and_shops_are_in_their_blocks_and_some_are_met_often():
    rng = np.random.default_rng(1)
    far, shop = outsiders(rng, 5_000), merchants(rng, 5_000)
    assert far.min() >= OUTSIDE
    assert far.max() < OUTSIDE + OUTSIDERS
    assert shop.min() >= MERCHANTS
    assert shop.max() < MERCHANTS + MERCHANT_COUNT
    assert np.unique(shop, return_counts=True)[1].max() > 50


def test_behind_a_corporate_account_stands_its_contact():
    scene = morning()[0]
    own = scene.wallets.corporate[:3]
    assert holder_person(scene, own).tolist() == scene.organisations.contact[:3].tolist()
    assert holder_person(scene, scene.wallets.main[:3]).tolist() == [0, 1, 2]
