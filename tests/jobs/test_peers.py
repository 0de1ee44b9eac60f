from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from duanka.features import catalogue
from duanka.features.peers import STANDS_OUT
from duanka.jobs.judge import Told
from duanka.jobs.peers import compared
from duanka.policy import dated

REGIME = dated.load().at(date(2026, 1, 1))
NAMES = catalogue.names_of("account")


def cards(count=600):
    """Accounts of which the fourth stands out in money and contacts."""
    X = np.full((count, len(NAMES)), np.nan, np.float32)
    rng = np.random.default_rng(1)
    for family in ("money", "contacts"):
        for name in STANDS_OUT["account"][family]:
            X[:, NAMES.index(name)] = rng.pareto(1.5, count)
            X[3, NAMES.index(name)] = 1e9
    return X, Told(np.full(count, 1e-4), {}, {}, {})


def judge(how):
    return SimpleNamespace(how=how, subject="account")


def test_a_card_that_stands_out_from_its_peers_is_found_where_the_default_finds_nothing():
    X, told = cards()
    found = compared(told, judge("default"), X, REGIME)
    assert found.score.argmax() == 3
    assert found.score[3] > 100 * np.median(found.score)
    assert found.families[3] == ["money", "contacts"]
    assert set(found.reasons[3]) <= {n for names in STANDS_OUT["account"].values() for n in names}
    assert found.values[3][found.reasons[3][0]] == pytest.approx(1e9)


@pytest.mark.parametrize("how", ["default", "trained_here"])
def test_of_two_cards_that_the_model_holds_alike_the_one_that_stands_out_comes_first(how):
    X, told = cards()
    told.score[:] = 0.02
    told.families.update({key: ["rhythm"] for key in range(len(X))})
    found = compared(told, judge(how), X, REGIME)
    assert found.score.argmax() == 3
    assert found.families[5] == ["rhythm"]


def test_what_the_model_said_stands_where_it_says_more():
    X, told = cards()
    told.score[3] = 0.9
    told.families[3] = ["contacts", "rhythm"]
    told.reasons[3] = ["payer_distinct_90d"]
    found = compared(told, judge("default"), X, REGIME)
    assert found.reasons[3] == ["payer_distinct_90d"]


@pytest.mark.parametrize(
    ("how", "count"), [("given", 600), ("trained_here", 499), ("default", 499)]
)
def test_a_model_asked_for_by_name_and_small_numbers_are_left_alone(how, count):
    X, told = cards(count)
    assert compared(told, judge(how), X, REGIME) is told
