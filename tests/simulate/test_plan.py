import dataclasses

import pytest

from duanka.errors import BadInput
from duanka.simulate.habits import HELD_OUT_HABITS
from duanka.simulate.plan import _RANGES, Plan, Ways


@pytest.mark.parametrize(
    "wrong",
    [{"people": 10}, {"days": 2}, {"base_rate": 0.01}, {"habits": ("kind",)}, {"shard": 600}],
)
def test_a_plan_that_cannot_be_is_refused_with_what_to_do(wrong):
    with pytest.raises(BadInput, match="what to do"):
        Plan(1, **wrong)


def test_varied_plans_differ_and_stay_in_range():
    plans = [Plan.varied(seed, people=500, days=30, habits=HELD_OUT_HABITS) for seed in range(8)]
    assert len({plan.ways for plan in plans}) == 8
    for plan in plans:
        assert plan.base_rate <= 1 / 500
        assert plan.habits == HELD_OUT_HABITS
        for name, (low, high) in _RANGES.items():
            assert low <= getattr(plan.ways, name) <= high


def test_every_way_has_a_range_but_those_of_the_rings_alone():
    alone = {"handed_back", "tested"}
    assert set(_RANGES) | alone == {f.name for f in dataclasses.fields(Ways)}
    assert not alone & set(_RANGES)
