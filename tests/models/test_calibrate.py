from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.models.calibrate import (
    as_record,
    calibrated,
    estimate_label_frequency,
    fit_calibration,
    from_record,
    p_values,
    shift_prior,
    sigmoid,
)
from duanka.models.reliability import expected_calibration_error


def population(rows: int, rate: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Raw scores that are a bent function of the true log-odds, and outcomes drawn from them."""
    chance = np.random.default_rng(seed)
    y = (chance.random(rows) < rate).astype(np.int8)
    raw = chance.normal(size=rows) + 2.5 * y
    return np.sinh(raw / 2), y


def fitted(rows: int = 40_000, rate: float = 0.05, **wanted):
    raw, y = population(rows, rate, 1)
    wanted = {"label_frequency": 1.0, "deploy_rate": None} | wanted
    return fit_calibration(raw, y, np.ones(rows), **wanted)


def test_a_calibrated_score_is_nearer_to_what_is_seen_than_a_raw_one():
    calibration = fitted()
    raw, y = population(40_000, 0.05, 2)
    p = calibrated(calibration, raw)
    assert expected_calibration_error(p, y) < 0.004
    assert expected_calibration_error(p, y) < expected_calibration_error(sigmoid(raw), y) / 10


def test_trained_on_enriched_cards_and_used_where_they_are_rare():
    calibration = fitted(deploy_rate=0.002)
    raw, y = population(400_000, 0.002, 3)
    shifted = expected_calibration_error(calibrated(calibration, raw), y)
    unshifted = expected_calibration_error(calibrated(fitted(), raw), y)
    assert shifted < 0.001
    assert shifted < unshifted / 10


@pytest.mark.parametrize("values", [1, 2, 3])
def test_a_few_scores_that_many_cards_share_are_calibrated_too(values):
    chance = np.random.default_rng(6)
    raw = chance.integers(0, values, 3_000).astype(np.float64)
    y = (chance.random(3_000) < 0.1 + 0.25 * raw).astype(np.int8)
    found = fit_calibration(raw, y, np.ones(3_000), label_frequency=1.0, deploy_rate=None)
    p = calibrated(found, raw)
    for value in range(values):
        assert p[raw == value][0] == pytest.approx(y[raw == value].mean(), abs=0.05)


def test_weights_stand_for_cards_that_were_not_drawn():
    raw, y = population(100_000, 0.01, 4)
    kept = (y == 1) | (np.random.default_rng(0).random(len(y)) < 0.1)
    weight = np.where(y == 1, 1.0, 10.0)
    part = fit_calibration(raw[kept], y[kept], weight[kept], label_frequency=1.0, deploy_rate=None)
    assert expected_calibration_error(calibrated(part, raw), y) < 0.002
    assert part.train_rate == pytest.approx(0.01, rel=0.1)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    implicated=st.integers(0, 60),
    flipped=st.booleans(),
    frequency=st.sampled_from([None, 0.3, 1.0]),
)
def test_calibration_never_changes_the_order(seed, implicated, flipped, frequency):
    chance = np.random.default_rng(seed)
    y = (np.arange(300) < implicated).astype(np.int8)
    raw = chance.normal(size=300) + np.where(flipped, -1, 1) * 2 * y
    calibration = fit_calibration(
        raw, y, chance.uniform(0.5, 9, 300), label_frequency=frequency, deploy_rate=0.001
    )
    asked = np.unique(np.concatenate([raw, np.linspace(-20, 20, 401)]))
    p = calibrated(calibration, asked)
    assert (np.diff(p) > 0).all()
    assert ((p > 0) & (p < 1)).all()


def test_half_of_the_labels_missing_is_seen_on_a_plateau():
    chance = np.random.default_rng(6)
    truth = np.arange(20_000) < 800
    scores = chance.normal(size=20_000) + 9 * truth
    labelled = truth & (chance.random(20_000) < 0.5)
    weight = np.ones(20_000)
    assert estimate_label_frequency(scores, labelled, weight, least=0.2) == pytest.approx(
        0.5, abs=0.06
    )
    assert estimate_label_frequency(scores, truth, weight, least=0.2) > 0.99
    calibration = fit_calibration(
        scores, labelled.astype(np.int8), weight, label_frequency=None, deploy_rate=None
    )
    said = calibrated(calibration, scores).sum()
    assert said == pytest.approx(800, rel=0.15)


def test_where_classes_overlap_no_labels_are_made_up():
    chance = np.random.default_rng(7)
    truth = np.arange(20_000) < 800
    scores = chance.normal(size=20_000) + 1.5 * truth
    assert estimate_label_frequency(scores, truth, np.ones(20_000), least=0.2) == 1.0


def test_a_level_ranking_that_finds_little_is_no_plateau():
    scores = np.arange(1000.0)
    labelled = np.arange(1000) % 20 == 0
    assert estimate_label_frequency(scores, labelled, np.ones(1000), least=0.4) == 1.0


def test_p_values_are_shares_of_more_extreme_cards():
    raw = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    y = np.array([0, 0, 0, 0, 1, 1], np.int8)
    calibration = fit_calibration(raw, y, np.ones(6), label_frequency=1.0, deploy_rate=None)
    as_implicated, as_other = p_values(calibration, np.array([-1.0, 2.0, 4.5, 9.0]))
    np.testing.assert_allclose(as_implicated, [1 / 3, 1 / 3, 2 / 3, 1.0])
    np.testing.assert_allclose(as_other, [1.0, 0.5, 0.2, 0.2])


def test_p_values_of_fresh_cards_are_spread_evenly_in_each_class():
    calibration = fitted()
    raw, y = population(40_000, 0.05, 9)
    as_implicated, as_other = p_values(calibration, raw)
    for level in (0.05, 0.2, 0.5):
        assert (as_implicated[y == 1] <= level).mean() == pytest.approx(level, abs=0.03)
        assert (as_other[y == 0] <= level).mean() == pytest.approx(level, abs=0.03)


def test_shifting_there_and_back_changes_nothing():
    p = np.array([1e-6, 0.01, 0.5, 0.99])
    np.testing.assert_allclose(shift_prior(shift_prior(p, 0.2, 0.001), 0.001, 0.2), p)


def test_a_record_brings_the_same_calibration_back():
    calibration = fitted(2_000)
    again = from_record(as_record(calibration))
    raw = np.linspace(-4, 6, 50)
    assert (calibrated(again, raw) == calibrated(calibration, raw)).all()
    assert as_record(again) == as_record(calibration)


def test_a_record_that_is_none_is_refused():
    with pytest.raises(KeyError):
        from_record({"raw": [0.0]})
