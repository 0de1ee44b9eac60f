"""What holding costs the honest and saves the robbed."""

import numpy as np
import pytest

from duanka.models.event_holds import amount_held


def test_the_share_of_the_amount_held_at_a_rate_of_false_holds():
    honest = np.linspace(0, 0.5, 10_000)
    bad = np.array([0.9, 0.49999, 0.1])
    scores = np.concatenate([honest, bad])
    truth = np.arange(scores.size) >= honest.size
    amount = np.concatenate([np.full(honest.size, 7), [600, 300, 100]])
    found = amount_held(scores, truth, amount, false_holds_per_10k=(0, 1, 10_000))
    assert found[0] == {"share": 0.6, "events": pytest.approx(1 / 3), "score": 0.5}
    assert found[1]["share"] == 0.9
    assert found[10_000]["share"] == 1


def test_equal_scores_are_not_held_where_one_honest_too_many_has_them():
    scores = np.full(101, 0.7)
    truth = np.arange(101) == 0
    assert amount_held(scores, truth, np.ones(101, int))[10]["share"] == 0


def test_where_nothing_is_bad_nothing_is_held():
    found = amount_held(np.zeros(5), np.zeros(5, bool), np.ones(5, int))
    assert {one["share"] for one in found.values()} == {0.0}
