import pytest

from duanka.errors import BadPolicy
from duanka.network.rules import TIES, rules_of
from network.ring_room import REGIME


def test_the_policy_in_force_has_every_number_in_its_range():
    rules = rules_of(REGIME)
    assert set(rules.ties) == set(TIES)
    for tie in [*rules.ties.values(), *rules.candidates.values()]:
        assert 0 < tie.strength < 1
        assert tie.strangers >= 1
    assert 0 < rules.seed < rules.member < rules.lead <= 1
    assert rules.least_holders >= 2
    assert rules.horizon > rules.warned > rules.pass_on > rules.terminal


def test_a_missing_parameter_is_the_policys_fault():
    class Empty:
        def number(self, name):
            raise BadPolicy(f"{name} is no parameter")

    with pytest.raises(BadPolicy):
        rules_of(Empty())
