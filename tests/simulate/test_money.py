import numpy as np
import pytest

from duanka.simulate.journal import ATM, PENSION, SALARY
from duanka.simulate.money import everyday, fen, wallet
from duanka.simulate.people import RETIRED
from duanka.simulate.scene import CASH
from duanka.simulate.ties import build_ties
from town import morning


@pytest.fixture(scope="module")
def moves():
    scene = morning()[0]
    rng = np.random.default_rng(4)
    return everyday(scene, rng, build_ties(scene, rng))


def test_sums_are_positive_and_some_are_round():
    sums = fen(np.random.default_rng(1), np.geomspace(0.01, 90_000, 500))
    assert sums.min() >= 1
    assert 0.2 < (sums % 100 == 0).mean() < 0.7


def test_people_pay_from_their_own_accounts():
    scene = morning()[0]
    person = np.repeat(np.arange(300), 5)
    account = wallet(np.random.default_rng(1), scene, person)
    assert (scene.accounts.holder[account] == person).all()


def test_wages_come_in_one_run_and_some_are_swept_out_at_once(moves):
    paid = moves.memo == SALARY
    payer, count = np.unique(moves.payer[paid], return_counts=True)
    assert count.max() > 5
    assert len(payer) > 1
    out = set(zip(moves.payer.tolist(), moves.fen.tolist(), strict=True))
    assert any(
        (a, f) in out
        for a, f in zip(moves.payee[paid].tolist(), moves.fen[paid].tolist(), strict=True)
    )


def test_pensions_go_to_the_retired(moves):
    scene = morning()[0]
    got = scene.accounts.holder[moves.payee[moves.memo == PENSION]]
    assert (scene.people.trade[got] == RETIRED).all()


def test_honest_people_test_with_a_cent_use_cash_and_fail_now_and_then(moves):
    assert (moves.fen <= 2).any()
    assert ((moves.payee == CASH) & (moves.channel == ATM)).any()
    assert 0.005 < moves.failed.mean() < 0.04


def test_volumes_are_heavy_tailed(moves):
    _, count = np.unique(moves.payee[moves.payee < 1e7], return_counts=True)
    assert count.max() > 12 * np.median(count)
