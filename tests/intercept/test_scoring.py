from datetime import date

import numpy as np
import pytest

from duanka.features import catalogue
from duanka.intercept import scoring
from duanka.jobs import judge
from duanka.policy.dated import load
from office import judge_of

REGIME = load().at(date(2026, 6, 1))


@pytest.mark.parametrize(
    ("subject", "columns"),
    [
        ("transfer", ("payer_in_count_7d", "payee_in_count_7d")),
        ("opening", ("holder_sim_count", "is_accompanied")),
    ],
)
def test_scores_families_and_reasons_are_those_of_a_run(subject, columns):
    who = judge_of(subject, *columns)
    names = catalogue.names_of(subject)
    X = np.zeros((40, len(names)), np.float32)
    rng = np.random.default_rng(7)
    for column in columns:
        X[:, names.index(column)] = rng.integers(0, 3, len(X))
    told = judge.tell(who, X, REGIME)
    found = scoring.find(who.model, subject, X, REGIME)
    assert [one.score for one in found] == told.score.tolist()
    families, reasons = (column.to_list() for column in told.words)
    assert [list(one.reasons) for one in found] == reasons
    assert [sorted(one.families) for one in found] == [sorted(f) for f in families]
    assert any(one.reasons for one in found)
    assert any(not one.reasons for one in found)


def test_one_vector_alone_is_told_as_among_others():
    who = judge_of("transfer", "payer_in_count_7d", "payee_in_count_7d")
    X = np.ones((20, len(catalogue.names_of("transfer"))), np.float32)
    X[::2] = 0
    together = scoring.find(who.model, "transfer", X, REGIME)
    alone = [scoring.find(who.model, "transfer", x.reshape(1, -1), REGIME)[0] for x in X]
    assert [one.reasons for one in alone] == [one.reasons for one in together]
    assert np.allclose([o.score for o in alone], [o.score for o in together], rtol=0, atol=1e-12)


def test_the_same_score_is_worth_a_look():
    assert scoring.EXPLAINED_SCORE == judge.EXPLAINED_SCORE
