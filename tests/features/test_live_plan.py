import dataclasses

import pytest

from duanka.features import catalogue, live_plan, transfers


def test_every_feature_has_its_place():
    for subject, plan in (
        ("transfer", live_plan.TRANSFER),
        ("call", live_plan.CALL),
        ("opening", live_plan.OPENING),
    ):
        assert plan.take.size == len(catalogue.names_of(subject))
        assert plan.take.max() < plan.size


def test_a_derived_column_of_an_unknown_kind_is_refused():
    strange = dataclasses.replace(transfers.DERIVED[0], compute=lambda a, b: a - b)
    with pytest.raises(TypeError, match="does not know"):
        live_plan.how(strange)
