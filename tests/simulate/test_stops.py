import numpy as np

from duanka.simulate.journal import Calls, Moves, rows
from duanka.simulate.labels import Found
from duanka.simulate.people import NEVER
from duanka.simulate.stops import stopped, stopped_moves, stops_of
from town import morning

RNG = np.random.default_rng(1)


def found(implicated, at, sim=False):
    return Found(sim, 7, implicated, at, "police", None)


def test_a_lead_stops_at_once_and_a_clearing_ends_it():
    assert stops_of(RNG, [], [{7: 50}]) == [(False, 7, 50, NEVER)]
    assert stops_of(RNG, [found(implicated=False, at=90)], [{7: 50}]) == [(False, 7, 50, 90)]
    assert stops_of(RNG, [found(implicated=False, at=90)], []) == []


def test_an_outsiders_card_cannot_be_stopped():
    assert stops_of(RNG, [], [{10_000_000: 50}]) == []


def test_transfers_end_on_both_sides_and_failures_stay():
    scene, _ = morning()
    stops = [(False, 7, 100, 200)]
    moves = rows(Moves, 5, at=[99, 100, 150, 150, 200], payer=[7, 7, 1, 7, 7], payee=[1, 1, 7, 1, 1],
                 fen=1, failed=[False, False, False, True, False])  # fmt: skip
    kept = stopped_moves(scene, np.random.default_rng(2), stops, moves)
    assert kept.at.tolist() == [99, 150, 200]
    assert kept.failed.tolist() == [False, True, False]


def test_a_stopped_sim_is_silent():
    scene, _ = morning()
    calls = rows(Calls, 3, at=[50, 150, 150], caller=[7, 7, 8], callee=[1, 1, 1], seconds=1,
                 device=-1, region=-1)  # fmt: skip
    kept = stopped(scene, [(True, 7, 100, NEVER)], calls, ("caller", "callee"))
    assert kept.caller.tolist() == [7, 8]
