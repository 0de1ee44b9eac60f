"""Every value of the policy has its unit, both labels, dates, reference and mark; doubt is visible."""

import re

import pytest

from duanka.policy import entries
from duanka.policy.dated import load

POLICY = load()
VALUES = [one for versions in POLICY.parameters.values() for one in versions]
DATED = [one for found in (POLICY.tables, POLICY.measures) for v in found.values() for one in v]
UNITS = {*entries.COUNT_UNITS, *entries.SHARE_UNITS, *entries.OTHER_UNITS}


@pytest.mark.parametrize("one", VALUES, ids=lambda one: f"{one.name} since {one.since}")
def test_a_value_has_unit_labels_and_reference(one):
    assert one.unit in UNITS
    assert re.search(r"[\u4e00-\u9fff]", one.label.zh)
    assert re.search(r"[a-z]", one.label.en)
    assert one.reference.strip()
    assert one.mark in entries.MARKS


@pytest.mark.parametrize("one", DATED, ids=lambda one: f"{one.name} since {one.since}")
def test_a_table_and_a_measure_have_labels_and_reference(one):
    assert one.reference.strip()
    assert one.mark in entries.MARKS
    assert one.label.zh
    assert one.label.en


def test_there_is_something_to_look_at():
    assert len(VALUES) >= 20
    assert {"leads", "account_tiers", "sim_tiers"} <= {
        one.name.split(".")[0] for one in [*VALUES, *DATED]
    }


def test_what_was_not_read_does_not_pass_for_law():
    """A number that no text we read states is marked so that no page can show it as a fact."""
    unread = [one for one in VALUES if not one.verified]
    assert unread
    assert all("unverified" in entries.MARKS[one.mark] for one in unread)


def test_nothing_of_ours_ends_in_a_measure_of_the_police():
    for one in DATED:
        if hasattr(one, "authority"):
            assert (one.authority == "police") == (one.name in entries.POLICE_MEASURES)
