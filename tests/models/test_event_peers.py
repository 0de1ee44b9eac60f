"""How far events stand out from honest ones: monotone, the same alone as among others, silent where unknown."""

import json
from datetime import date
from importlib import resources

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.errors import BadModel
from duanka.features import catalogue
from duanka.features.event_peers import FALLING, asked
from duanka.jobs.judges import default_folder, load_judge
from duanka.models import event_peers as e
from duanka.policy import dated

EVENTS = ("transfer", "call", "opening")


@pytest.fixture(scope="module")
def regime():
    """Today's rules."""
    return dated.load().at(date(2026, 1, 1))


@pytest.fixture(scope="module")
def model():
    """The transfer model that ships, with its reference."""
    return load_judge(default_folder(), "transfer", "default").model


def some(subject, rows=40, seed=1):
    """Vectors of no real event: mostly small, some large, some unknown."""
    rng = np.random.default_rng(seed)
    X = rng.lognormal(0, 3, (rows, len(catalogue.names_of(subject)))).astype(np.float32)
    X[rng.random(X.shape) < 0.2] = np.nan
    X[rng.random(X.shape) < 0.3] = 0
    return X


def column(subject, name):
    return catalogue.names_of(subject).index(name)


def test_a_summary_keeps_the_share_at_a_value_that_many_have():
    kept = e.summary(np.array([0.0] * 90 + list(range(1, 11))))
    assert kept["cuts"][0] == 0
    assert kept["shares"][:2] == [0, 0.9]
    assert sum(kept["shares"]) == pytest.approx(1)


def test_a_summary_of_what_is_hardly_known_says_nothing():
    assert e.summary(np.array([np.nan] * 95 + [1.0] * 5)) == {"cuts": [], "shares": [1.0]}


@pytest.mark.parametrize("subject", EVENTS)
def test_the_file_that_ships_knows_every_feature_asked(subject):
    text = resources.files("duanka.models").joinpath(e.FILE).read_text("utf-8")
    assert {n.removeprefix(FALLING) for _, _, n, _ in asked(subject)} == set(
        json.loads(text)[subject]
    )
    assert e.shipped(subject) is not None
    assert e.shipped("account") is None


def test_a_reference_that_lacks_a_feature_is_refused():
    with pytest.raises(BadModel, match="amount_fen"):
        e.reference("transfer", {})


@pytest.mark.parametrize("subject", EVENTS)
def test_honest_events_of_the_reference_stand_out_by_nothing_on_average(subject):
    known = e.shipped(subject)
    text = resources.files("duanka.models").joinpath(e.FILE).read_text("utf-8")
    kept = json.loads(text)[subject]
    for entry, (_, _, name, _) in enumerate(asked(subject)):
        shares = np.array(kept[name.removeprefix(FALLING)]["shares"])
        begin = 2 * known.start[entry] + entry
        assert shares @ known.bits[begin : begin + shares.size] == pytest.approx(0, abs=1e-4)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_more_of_what_the_trade_knows_never_lowers_it(data):
    subject = data.draw(st.sampled_from(EVENTS))
    _, place, name, _ = data.draw(st.sampled_from(list(asked(subject))))
    X = some(subject, rows=1, seed=data.draw(st.integers(0, 50)))
    low, high = sorted(data.draw(st.tuples(*[st.floats(0, 1e8, width=32)] * 2)))
    both = np.repeat(X, 2, axis=0)
    both[:, place] = (high, low) if name.startswith(FALLING) else (low, high)
    far, _ = e.far(e.shipped(subject), both)
    assert far[0] <= far[1]


@pytest.mark.parametrize("subject", EVENTS)
def test_alone_it_stands_out_as_far_as_among_others(subject):
    X, known = some(subject), e.shipped(subject)
    together, shape = e.far(known, X)
    alone = [e.far(known, X[n : n + 1]) for n in range(len(X))]
    assert together.tolist() == [far[0] for far, _ in alone]
    assert shape.tolist() == [chosen[0] for _, chosen in alone]


def test_what_is_unknown_says_nothing():
    X = np.full((2, len(catalogue.names_of("transfer"))), np.nan, np.float32)
    assert e.far(e.shipped("transfer"), X)[0].tolist() == [0, 0]


def test_a_transfer_has_the_shape_in_which_it_stands_out_most():
    X = np.zeros((2, len(catalogue.names_of("transfer"))), np.float32)
    X[0, [column("transfer", n) for n in ("payer_in_total_fen_1h", "payer_in_first_fen_1d")]] = 1e8
    X[1, [column("transfer", n) for n in ("of_payer_largest", "payee_in_first_fen_7d")]] = 1e8
    assert e.far(e.shipped("transfer"), X)[1].tolist() == [0, 1]


def test_scores_move_by_the_weight_and_alike_alone(model, regime):
    X, scores = some("transfer"), np.linspace(0.001, 0.999, 40)
    about = {"subject": "transfer", "regime": regime}
    lifted = e.lifted(model, X, scores=scores, **about)
    far, _ = e.far(model.honest, X)
    weight, usual = (regime.number(f"peers.transfer_{w}") for w in ("weight", "usual"))
    moved = np.log(lifted / (1 - lifted)) - np.log(scores / (1 - scores))
    assert moved == pytest.approx(weight * (far - usual))
    assert lifted.tolist() == [
        e.lifted(model, X[n : n + 1], scores=scores[n : n + 1], **about)[0] for n in range(40)
    ]


def test_what_each_feature_adds_is_the_whole(model, regime):
    X = some("transfer")
    given = e.added(model, X, subject="transfer", regime=regime)
    whole = regime.number("peers.transfer_weight") * e.far(model.honest, X)[0]
    assert given.sum(axis=1) == pytest.approx(whole)


def test_a_model_that_was_named_is_left_alone(model, regime):
    named = load_judge(default_folder(), "transfer", "given").model
    assert named.version == model.version
    X, scores = some("transfer"), np.linspace(0, 1, 40)
    about = {"subject": "transfer", "regime": regime}
    assert e.lifted(named, X, scores=scores, **about) is scores
    assert not e.added(named, X, **about).any()
