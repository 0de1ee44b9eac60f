from datetime import date

import pytest

from duanka.errors import BadInput
from duanka.policy import dated
from duanka.web.rules import changed, changes_of, conditions, differences


@pytest.fixture(scope="module")
def policy():
    return dated.load()


def test_two_days_differ_by_what_began_between_them(policy):
    values, tables = differences(policy.at(date(2018, 1, 1)), policy.at(date(2026, 1, 1)))
    assert any(one.before is None and one.after for one in values)
    assert "account_measures" in [one.name for one in tables]
    assert differences(policy.at(date(2026, 1, 1)), policy.at(date(2026, 1, 2))) == ([], [])


def test_a_value_is_tried_in_its_own_kind_and_the_rules_in_force_stay(policy):
    regime = policy.at(date(2026, 1, 1))
    tried = changed(regime, {"account_tiers.high_risk_score": "0.8", "leads.stop_payment_hours": "24"})  # fmt: skip
    assert (tried["account_tiers.high_risk_score"], tried["leads.stop_payment_hours"]) == (0.8, 24)
    assert [one.name for one in differences(regime, tried)[0]] == ["account_tiers.high_risk_score", "leads.stop_payment_hours"]  # fmt: skip
    assert regime["account_tiers.high_risk_score"] == 0.5
    assert tried.policy.version != regime.policy.version


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account_tiers.high_risk_score", "1.5"),
        ("account_tiers.high_risk_score", "nan"),
        ("account_tiers.least_families", "2.5"),
        ("account_tiers.least_families", "-1"),
        ("review.four_eyes", "perhaps"),
        ("no.such", "1"),
    ],
)
def test_what_is_no_value_is_refused(policy, name, value):
    with pytest.raises(BadInput):
        changed(policy.at(date(2026, 1, 1)), {name: value})


def test_lines_that_are_no_changes_are_refused():
    with pytest.raises(BadInput):
        changes_of("x 3")
    with pytest.raises(BadInput):
        changes_of("\n".join(f"a{n} = 1" for n in range(30)))
    assert changes_of("\n a = 1 \n") == {"a": "1"}


def test_conditions_are_read_as_a_line(policy):
    table = policy.at(date(2026, 1, 1)).table("account_measures")
    assert [conditions(row) for row in table.rows][3] == "tier = high_risk, score ≥ 0.9"
