import pytest

from duanka.errors import BadInput
from duanka.jobs.policy_show import policy_show
from duanka.settings import Settings


def test_the_rules_of_a_day_are_listed_with_their_source():
    lines = policy_show("2023-06-01", settings=Settings())
    assert lines[0].startswith("policy ")
    assert {"parameters 参数", "decision tables 决策表", "measures 措施"} <= set(lines)
    assert any("delay_settlement" in line and "第十八条" in line for line in lines)


def test_another_day_has_other_rules():
    later = policy_show("2023-06-01", settings=Settings())
    assert policy_show("2016-12-15", settings=Settings()) != later


def test_what_was_not_verified_says_so():
    lines = policy_show("2026-01-01", settings=Settings())
    assert any(line.endswith("(unverified 未核实)") for line in lines)


def test_before_all_rules_nothing_is_in_force():
    lines = policy_show("1999-01-01", settings=Settings())
    assert lines.count("  none in force 当日无") == 3


@pytest.mark.parametrize("day", ["yesterday", "2023-02-30", ""])
def test_what_is_no_day_is_refused(day):
    with pytest.raises(BadInput, match="calendar day"):
        policy_show(day, settings=Settings())
