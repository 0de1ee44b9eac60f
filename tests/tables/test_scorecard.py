"""The table `scorecard`."""

from duanka.tables import columns
from duanka.tables.scorecard import UNIT_KINDS


def test_a_unit_without_enough_cards_has_no_rate():
    required = {c.name: c.required for c in columns("scorecard")}
    assert required["exposure"]
    assert not required["rate_per_10k"]
    assert UNIT_KINDS == ("institution", "outlet", "staff", "region")
