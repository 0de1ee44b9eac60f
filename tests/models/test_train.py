from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from duanka.errors import BadInput, BadModel
from duanka.models.evaluate import average_precision
from duanka.models.score import raw_scores, score
from duanka.models.train import train
from models_room import NAMES, SMALL, made_up, small_model


def test_two_trainings_are_the_same_model():
    model, examples = small_model()
    again = train(examples, NAMES, seed=7, settings=SMALL)
    assert again.version == model.version
    assert [part.text for part in again.parts] == [part.text for part in model.parts]
    assert again.about == model.about


def test_another_seed_is_another_model():
    model, examples = small_model()
    assert train(examples, NAMES, seed=8, settings=SMALL).version != model.version


def test_it_finds_the_implicated_it_has_not_seen():
    model, _ = small_model()
    fresh, truth = made_up(20_000, 40, seed=2)
    assert average_precision(score(model, fresh.X), truth) > 0.5


def test_half_of_the_implicated_without_label_cost_little():
    fresh, truth = made_up(20_000, 200, seed=2)
    full, _ = made_up(6_000, 240, seed=3)
    half, _ = made_up(6_000, 240, seed=3, labelled=0.5)
    found = [
        average_precision(score(train(given, NAMES, seed=1, settings=SMALL), fresh.X), truth)
        for given in (full, half)
    ]
    assert found[1] > 0.85 * found[0]


def test_half_of_the_labels_missing_is_corrected_where_it_can_be_seen():
    half, truth = made_up(9_000, 1_600, seed=3, labelled=0.5, strength=4.5)
    model = train(half, NAMES, seed=1, settings=SMALL)
    assert model.calibration.label_frequency == pytest.approx(0.5, abs=0.12)
    assert score(model, half.X).sum() == pytest.approx(truth.sum(), rel=0.3)


def test_the_prior_is_kept_when_labels_are_hardly_any():
    model, _ = small_model()
    few, _ = made_up(3_000, 10, seed=4)
    assert train(few, NAMES, seed=1, settings=SMALL, prior=model) is model


def test_few_labels_are_no_worse_than_the_prior_and_many_beat_it():
    prior, _ = small_model()
    elsewhere = slice(4, 7)
    fresh, truth = made_up(20_000, 200, seed=2, where=elsewhere)
    same, same_truth = made_up(20_000, 200, seed=2)
    many, _ = made_up(6_000, 200, seed=5, where=elsewhere)
    learned = train(many, NAMES, seed=1, settings=SMALL, prior=prior)
    before = average_precision(score(prior, fresh.X), truth)
    assert average_precision(score(learned, fresh.X), truth) > before + 0.3
    few, _ = made_up(6_000, 24, seed=5)
    leaning = train(few, NAMES, seed=1, settings=SMALL, prior=prior)
    alone = train(few, NAMES, seed=1, settings=SMALL)
    by_prior = average_precision(score(prior, same.X), same_truth)
    by_blend = average_precision(score(leaning, same.X), same_truth)
    assert by_blend > by_prior - 0.03
    assert by_blend > average_precision(score(alone, same.X), same_truth)


def test_a_blend_is_the_weighted_sum_of_its_parts():
    prior, _ = small_model()
    many, _ = made_up(6_000, 200, seed=5, where=slice(2, 6))
    model = train(many, NAMES, seed=1, settings=SMALL, prior=prior)
    own = [part for part in model.parts if part.origin == "own"]
    assert own
    assert len(own) < len(model.parts)
    assert model.own_weight == pytest.approx(float(str(model.about["own_weight"])))
    inherited = [part.weight for part in model.parts if part.origin == "prior"]
    share = float(str(model.about["prior_weight"]))
    assert inherited == [part.weight * share for part in prior.parts]


def test_it_says_how_it_did_on_the_part_held_out():
    model, examples = small_model()
    said = model.about["held_out_average_precision"]
    assert isinstance(said, dict)
    assert said["own"] == said["blended"] > 0.3
    assert "prior" not in said
    assert model.about["implicated"] == examples.y.sum()
    json.dumps(model.about, allow_nan=False)


def test_the_deploy_rate_is_where_scores_settle():
    examples, _ = made_up(6_000, 300, seed=3)
    rare = train(examples, NAMES, seed=1, settings=replace(SMALL, deploy_rate=0.001))
    fresh, _ = made_up(40_000, 40, seed=6)
    assert 0.0005 < score(rare, fresh.X).mean() < 0.002


def test_a_hidden_table_reads_as_missing_and_not_as_zero():
    examples, _ = made_up(6_000, 300, seed=3, where=slice(0, 6))
    X = np.abs(examples.X) + 1  # zero is far below everything that was seen
    seen = replace(examples, X=np.where(np.isnan(X), np.float32(1), X))
    groups = ((0, 1), (2, 3))
    careful = train(seen, NAMES, seed=1, settings=replace(SMALL, hide=groups))
    missing, zero = seen.X.copy(), seen.X.copy()
    missing[:, 0:2] = np.nan
    zero[:, 0:2] = 0
    apart = raw_scores(careful, missing) - raw_scores(careful, zero)
    careless = train(seen, NAMES, seed=1, settings=SMALL)
    assert np.abs(apart).mean() > 0.1
    assert (raw_scores(careless, missing) == raw_scores(careless, zero)).all()


def test_a_feature_said_to_raise_never_lowers():
    examples, _ = made_up(4_000, 200, seed=3)
    model = train(examples, NAMES, seed=1, settings=replace(SMALL, rising=(NAMES[0],)))
    X = np.repeat(np.nan_to_num(examples.X[:40]), 30, axis=0)
    X[:, 0] = np.tile(np.linspace(-4, 6, 30), 40)
    steps = np.diff(raw_scores(model, X).reshape(40, 30), axis=1)
    assert (steps >= -1e-12).all()
    assert (steps > 0).any()


def test_too_few_labels_and_no_prior_say_so():
    few, _ = made_up(3_000, 10, seed=4)
    with pytest.raises(BadInput, match="10 implicated cards"):
        train(few, NAMES, seed=1, settings=SMALL)


def test_a_prior_of_other_features_is_refused():
    model, examples = small_model()
    with pytest.raises(BadModel):
        train(examples, NAMES[::-1], seed=1, settings=SMALL, prior=model)


def test_training_leaves_its_input_alone():
    examples, _ = made_up(3_000, 100, seed=4)
    before = examples.X.copy()
    train(examples, NAMES, seed=1, settings=replace(SMALL, hide=((0, 1),), rounds=10))
    np.testing.assert_array_equal(examples.X, before)
