"""What events are asked when they are compared with honest ones."""

import pytest

from duanka.features import catalogue
from duanka.features.event_peers import FALLING, STANDS_OUT, asked

EVENTS = ("transfer", "call", "opening")


@pytest.mark.parametrize("subject", EVENTS)
def test_every_feature_asked_stands_in_the_catalogue_at_that_place(subject):
    names = catalogue.names_of(subject)
    found = [(names[column], name.removeprefix(FALLING)) for _, column, name, _ in asked(subject)]
    assert found
    assert all(here == said for here, said in found)


@pytest.mark.parametrize("subject", EVENTS)
def test_a_shape_weighs_one_and_its_families_alike(subject):
    for number, families in enumerate(STANDS_OUT[subject].values()):
        mine = [(name, weight) for shape, _, name, weight in asked(subject) if shape == number]
        assert sum(weight for _, weight in mine) == pytest.approx(1)
        for names in families.values():
            inside = sum(weight for name, weight in mine if name in names)
            assert inside == pytest.approx(1 / len(families))


@pytest.mark.parametrize("subject", EVENTS)
def test_no_shape_rests_on_one_family(subject):
    assert all(len(families) > 1 for families in STANDS_OUT[subject].values())


def test_cards_are_compared_with_one_another_instead():
    assert list(asked("account")) == []
    assert list(asked("sim")) == []
