from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from duanka.errors import BadInput
from duanka.models.examples import TrainSettings, check_examples
from models_room import NAMES, made_up


def test_what_fits_passes():
    examples, _ = made_up(50, 5, seed=1)
    check_examples(examples, NAMES, TrainSettings(rising=(NAMES[0],)))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"X": np.zeros((50, 3), np.float32)}, r"shape \(50, 3\)"),
        ({"group": np.zeros(49, np.int64)}, "`group` has 49"),
        ({"y": np.full(50, 2, np.int8)}, "not all 0 or 1"),
        ({"weight": np.zeros(50)}, "not all positive"),
    ],
)
def test_what_does_not_fit_is_named(change, says):
    examples, _ = made_up(50, 5, seed=1)
    with pytest.raises(BadInput, match=says):
        check_examples(replace(examples, **change), NAMES, TrainSettings())


def test_all_faults_are_named_at_once():
    examples, _ = made_up(50, 5, seed=1)
    broken = replace(examples, weight=np.zeros(50), at=np.zeros(1, np.int64))
    with pytest.raises(BadInput) as caught:
        check_examples(broken, NAMES, TrainSettings(falling=("age",)))
    for part in ("`at` has 1", "positive", "age"):
        assert part in str(caught.value)
