"""The reference of honest events: made of honest ones only, by what they stand for."""

import numpy as np
import pytest

from duanka.features import catalogue
from duanka.features.event_peers import FALLING, STANDS_OUT, asked
from duanka.jobs.event_peers import learn, of_honest
from duanka.jobs.progress import Progress
from duanka.jobs.train_default import Practice
from duanka.models.event_peers import reference
from duanka.models.examples import Examples
from duanka.simulate.habits import TRAIN_HABITS


def examples(y, weight, amount):
    X = np.zeros((len(y), len(catalogue.names_of("transfer"))), np.float32)
    X[:, catalogue.names_of("transfer").index("amount_fen")] = amount
    whole = np.arange(len(y))
    return Examples(X, np.array(y, np.int8), np.array(weight, float), whole, whole)


def test_only_honest_events_count_and_by_what_they_stand_for():
    kept = of_honest("transfer", examples([0, 0, 1], [3, 1, 90], [100, 500, 9_000]))["amount_fen"]
    assert kept["cuts"] == [100, 500]
    assert kept["shares"] == pytest.approx([0, 0.75, 0, 0.25, 0], abs=0.01)


def test_a_hamlet_gives_a_reference_of_every_event():
    kept = learn(Practice(1, 300, 1, TRAIN_HABITS, seed=3), threads=1, say=Progress())
    assert set(kept) == set(STANDS_OUT)
    for subject, of in kept.items():
        assert set(of) == {name.removeprefix(FALLING) for _, _, name, _ in asked(subject)}
        assert reference(subject, of).bits.size
