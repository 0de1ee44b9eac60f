"""The table `flow`."""

from duanka.tables import columns


def test_a_hop_counts_from_one_and_taint_may_be_nothing():
    least = {c.name: c.least for c in columns("flow")}
    assert least["hop"] == 1
    assert least["tainted_fen"] == 0
