import numpy as np
import pytest

from duanka.simulate.calls import everyday_calls, everyday_messages, lengths, phone
from duanka.simulate.journal import CODE
from duanka.simulate.people import CALLER, COURIER
from duanka.simulate.scene import SERVICES
from duanka.simulate.ties import build_ties
from town import morning


@pytest.fixture(scope="module")
def spoken():
    scene = morning()[0]
    rng = np.random.default_rng(3)
    ties = build_ties(scene, rng)
    return scene, everyday_calls(scene, rng, ties), everyday_messages(scene, rng, ties)


def test_unanswered_calls_last_no_time():
    seconds = lengths(np.random.default_rng(1), 4_000, answered=0.5)
    assert 0.4 < (seconds == 0).mean() < 0.6
    assert seconds.min() == 0


def test_people_speak_with_their_own_sim():
    scene = morning()[0]
    sim = phone(np.random.default_rng(1), scene, np.arange(500))
    assert (scene.sims.holder[sim] == np.arange(500)).all()


def test_friends_are_called_again_and_couriers_call_strangers(spoken):
    scene, calls, _ = spoken
    trade = np.full(scene.sims.count, -1)
    person = scene.sims.holder < scene.people.count
    trade[person] = scene.people.trade[scene.sims.holder[person]]

    def repeats(chosen):
        own = np.isin(calls.caller, np.flatnonzero(chosen))
        pairs = set(zip(calls.caller[own].tolist(), calls.callee[own].tolist(), strict=True))
        return own.sum() / len(pairs)

    work = np.isin(trade, (COURIER, CALLER))
    assert repeats(trade == 0) > 1.4 * repeats(work)


def test_codes_come_from_services(spoken):
    _, _, messages = spoken
    assert (messages.sender[messages.kind == CODE] >= SERVICES).all()
