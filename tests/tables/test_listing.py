"""The table `listing`."""

from duanka.tables import columns
from duanka.tables.scorecard import UNIT_KINDS


def test_a_listing_is_about_the_units_that_have_scorecards():
    words = {c.name: c.words for c in columns("listing")}
    assert words["unit_kind"] == UNIT_KINDS
    assert words["listing"][0] == "none"
