from datetime import date

import numpy as np
import pytest

from duanka.policy import decide_one
from duanka.policy.dated import load
from duanka.policy.ordinary import Ordinary


@pytest.mark.parametrize("day", [date(2016, 6, 1), date(2020, 6, 1), date(2026, 6, 1)])
@pytest.mark.parametrize("kind", ["transfer", "call"])
def test_a_band_is_told_what_each_of_its_cases_is_told(day, kind):
    rules = decide_one.Book(load()).at(day)
    ordinary = Ordinary(rules, kind)
    chance = np.random.default_rng(3)
    edges = [0.0, 0.05, 0.5, 0.95, 1.0]
    scores = np.concatenate([edges, np.nextafter(edges[1:], 0), chance.random(30)])
    amounts = chance.choice([1, 499_999, 500_000, 500_001, 10**12], scores.size)
    bands = [ordinary.band(*one) for one in zip(scores.tolist(), amounts.tolist(), strict=True)]
    for protected in (False, True):
        for families in ((), ("money", "taint")):
            for score, fen, band in zip(scores.tolist(), amounts.tolist(), bands, strict=True):
                key = (*band, protected, bool(families))
                said = ordinary.said.get(key) or ordinary.learn(key, score=score, amount_fen=fen)
                facts = {"score": score, "families": families, "reasons": (), "amount_fen": fen}
                facts |= {"protected": protected}
                told = decide_one.answer_event(rules, kind, facts)
                assert (said.then, said.because) == (told.then, told.because)
    assert len(ordinary.said) <= 60
