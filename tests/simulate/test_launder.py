import numpy as np
import pytest

from duanka.simulate.journal import LAYERING, TEST, VICTIM_PAYMENT
from duanka.simulate.launder import launder
from duanka.simulate.people import NEVER
from town import morning


@pytest.fixture(scope="module")
def work():
    scene, rings = morning()
    rng = np.random.default_rng(9)
    return [(ring, *launder(scene, rng, ring)) for ring in rings]


def test_a_mule_never_sends_more_than_came_in(work):
    for ring, moves, _ in work:
        for card in ring.cards:
            if card.sim:
                continue
            ok = ~moves.failed & (moves.part != TEST)
            into = np.cumsum(
                np.where(moves.payee[ok] == card.number, moves.fen[ok], 0)[
                    np.argsort(moves.at[ok], kind="stable")
                ]
            )
            out = np.cumsum(
                np.where(moves.payer[ok] == card.number, moves.fen[ok], 0)[
                    np.argsort(moves.at[ok], kind="stable")
                ]
            )
            assert (into - out).min() >= 0


def test_tests_come_before_the_first_victim(work):
    for ring, moves, _ in work:
        for card in ring.cards:
            tested = moves.at[
                (moves.part == TEST) & ((moves.payer == card.number) | (moves.payee == card.number))
            ]
            if len(tested):
                assert tested.max() < card.start


def test_a_stopped_account_sends_nothing_more(work):
    for _, moves, spree in work:
        for number, at in spree.block.items():
            late = (moves.payer == number) & (moves.at >= at) & (moves.part == LAYERING)
            assert moves.failed[late].sum() >= late.sum() - 6


def test_victims_report_late_or_never_and_some_live_in_the_town(work):
    scams = [s for _, _, spree in work for s in spree.scams]
    assert all(s.reported_at > s.at for s in scams)
    assert any(s.reported_at >= NEVER for s in scams)
    assert any(s.victim >= 0 for s in scams)
    paid = sum(int((m.part == VICTIM_PAYMENT).sum()) for _, m, _ in work)
    assert paid >= len(scams)
