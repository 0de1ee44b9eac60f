from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import ks_2samp

from duanka.errors import BadModel
from duanka.models.drift import drift, reference

NAMES = ["count", "share", "seldom"]


def rows(seed: int, shift: float = 0.0, missing: float = 0.1):
    chance = np.random.default_rng(seed)
    X = np.column_stack(
        [chance.poisson(1.0, 8_000), chance.normal(size=8_000) + shift, np.full(8_000, np.nan)]
    ).astype(np.float32)
    X[chance.random(8_000) < missing, 1] = np.nan
    return X, chance.beta(1, 20, 8_000)


def test_the_same_source_has_not_drifted():
    kept = reference(*rows(1), NAMES)
    found = drift(json.loads(json.dumps(kept, allow_nan=False)), *rows(2), NAMES)
    assert {one.name for one in found} == {*NAMES, "score"}
    assert max(one.stability_index for one in found) < 0.05
    assert max(one.largest_gap for one in found) < 0.05


def test_a_shift_is_named_first_and_its_gap_is_kolmogorovs():
    before, after = rows(1), rows(2, shift=1.0)
    found = drift(reference(*before, NAMES), *after, NAMES)
    assert found[0].name == "share"
    assert found[0].stability_index > 0.25
    old, new = (X[:, 1][~np.isnan(X[:, 1])] for X, _ in (before, after))
    assert found[0].largest_gap == pytest.approx(ks_2samp(old, new).statistic, abs=0.03)


def test_a_table_that_stopped_arriving_is_drift():
    found = drift(reference(*rows(1), NAMES), *rows(2, missing=1.0), NAMES)
    assert found[0].name == "share"
    assert found[0].stability_index > 1
    assert found[0].missing_now == 1.0


def test_a_value_that_many_share_is_watched_by_itself():
    before = np.zeros((1_000, 1), np.float32)
    after = before.copy()
    after[:300] = 1
    found = drift(reference(before, np.zeros(1_000), ["n"]), after, np.zeros(1_000), ["n"])
    assert found[0].name == "n"
    assert found[0].largest_gap == pytest.approx(0.3)


def test_a_card_without_reference_says_so():
    with pytest.raises(BadModel, match="`count`"):
        drift({}, *rows(1), NAMES)
