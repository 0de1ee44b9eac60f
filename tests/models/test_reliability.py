from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from duanka.models.reliability import expected_calibration_error, reliability


def test_bins_hold_all_cards_and_the_same_expected_finds():
    chance = np.random.default_rng(0)
    p = chance.beta(0.3, 20, 20_000)
    y = (chance.random(20_000) < p).astype(np.int8)
    parts = reliability(p, y)
    assert sum(part.cards for part in parts) == 20_000
    finds = [part.cards * part.said for part in parts]
    assert max(finds) < 1.1 * min(finds)
    assert all(a.highest <= b.lowest for a, b in pairwise(parts))
    assert sum(part.cards * part.seen for part in parts) == pytest.approx(y.sum())


def test_the_error_is_the_mean_distance():
    p = np.array([0.1] * 10 + [0.9] * 10)
    y = np.array([0] * 10 + [1] * 10, np.int8)
    assert expected_calibration_error(p, y) == pytest.approx(0.1)


def test_nothing_has_no_bins():
    assert reliability(np.zeros(0), np.zeros(0, np.int8)) == []
    assert np.isnan(expected_calibration_error(np.zeros(0), np.zeros(0, np.int8)))
