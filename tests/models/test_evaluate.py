from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from duanka.errors import BadInput
from duanka.models.evaluate import (
    Beside,
    at_capacity,
    average_precision,
    average_precision_interval,
    figures,
    harm,
    text_table,
    wilson,
)

cards = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.3, 0.7]), st.booleans()), min_size=1)


@settings(max_examples=80, deadline=None)
@given(cards)
def test_average_precision_is_scikit_learns_ties_included(rows):
    scores = np.array([score for score, _ in rows])
    truth = np.array([hit for _, hit in rows], np.int8)
    ours = average_precision(scores, truth)
    if truth.any():
        assert ours == pytest.approx(average_precision_score(truth, scores))
    else:
        assert np.isnan(ours)


def test_a_weight_of_two_is_the_card_twice():
    scores, truth = np.array([3.0, 2.0, 1.0]), np.array([1, 0, 1], np.int8)
    twice = average_precision(np.append(scores, 2.0), np.append(truth, 0).astype(np.int8))
    assert average_precision(scores, truth, np.array([1.0, 2.0, 1.0])) == pytest.approx(twice)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.integers(0, 99)), min_size=1),
    st.integers(1, 10_000),
)
def test_capacity_as_a_plain_loop_counts_it(rows, per_10k):
    scores = np.array([row[0] for row in rows])
    implicated = np.array([row[1] for row in rows])
    amount = np.array([row[2] for row in rows], np.int64)
    order = np.argsort(-scores, kind="stable")
    found = at_capacity(order, implicated, per_10k, amount_fen=amount)
    reviewed = hits = money = 0
    for row in order:
        if reviewed >= max(1, round(len(rows) * per_10k / 10_000)):
            break
        reviewed += 1
        hits += int(implicated[row])
        money += int(amount[row]) if implicated[row] else 0
    assert (found["reviewed"], found["found"]) == (reviewed, hits)
    assert found["precision"] == hits / reviewed
    assert found["recall"] == (hits / implicated.sum() if implicated.any() else None)
    total = amount[implicated].sum()
    assert found["recall_of_amount"] == (money / total if total else None)
    assert found["alerts_per_find"] == (reviewed / hits if hits else None)


def test_harm_counts_innocent_cards_by_cohort():
    cohort = np.array(["old"] * 100 + ["other"] * 300)
    implicated = np.zeros(400, bool)
    implicated[:10] = True
    flagged = np.zeros(400, bool)
    flagged[:28] = True
    flagged[100:115] = True
    found = harm(flagged, implicated, cohort)
    assert found["old"]["innocent"] == 90
    assert found["old"]["wrongly_flagged"] == 18
    assert found["old"]["false_positive_rate"] == pytest.approx(0.2)
    assert found["old"]["ratio_to_rest"] == pytest.approx(0.2 / 0.05)
    assert found["other"]["ratio_to_rest"] == pytest.approx(0.05 / 0.2)
    assert found["old"]["low"] < 0.2 < found["old"]["high"]


def test_the_interval_of_a_share_covers_it_at_the_ends_too():
    assert wilson(0, 5)[0] == 0.0
    assert wilson(5, 5)[1] == 1.0
    assert wilson(0, 0) == (None, None)


def test_the_interval_is_wider_when_holders_stand_or_fall_together():
    chance = np.random.default_rng(0)
    truth = np.repeat(chance.random(200) < 0.1, 10).astype(np.int8)
    scores = np.repeat(chance.normal(size=200), 10) + truth
    alone = average_precision_interval(scores, truth)
    together = average_precision_interval(scores, truth, holder=np.arange(2000) // 10)
    assert alone[0] < average_precision(scores, truth) < alone[1]
    assert together[1] - together[0] > 1.5 * (alone[1] - alone[0])


def test_figures_are_json_and_print():
    chance = np.random.default_rng(1)
    truth = (chance.random(2_000) < 0.02).astype(np.int8)
    scores = np.clip(chance.beta(1, 30, 2_000) + 0.3 * truth, 0, 1)
    beside = Beside(
        amount_fen=np.full(2_000, 100, np.int64),
        holder=np.arange(2_000),
        cohort=np.where(np.arange(2_000) % 3 == 0, "老年", "其他"),
        victim=np.arange(2_000) % 7 == 0,
    )
    found = figures(scores, truth, beside=beside)
    json.dumps(found, allow_nan=False)
    text = text_table(found)
    assert "老年" in text
    assert f"implicated {truth.sum()}" in text
    assert found == figures(scores, truth, beside=beside)


def test_no_find_and_no_card_give_null_and_not_an_error():
    for rows in (0, 50):
        found = figures(np.linspace(0, 1, rows), np.zeros(rows, np.int8))
        assert found["average_precision"] is None
        assert found["at_capacity"][0]["alerts_per_find"] is None
        json.dumps(found, allow_nan=False)
        text_table(found)


def test_columns_of_another_length_are_refused():
    with pytest.raises(BadInput, match="`holder` has 3 rows"):
        figures(np.zeros(2), np.zeros(2, np.int8), beside=Beside(holder=np.zeros(3, np.int64)))
