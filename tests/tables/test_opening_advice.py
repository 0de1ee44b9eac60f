"""The table `opening_advice`."""

from duanka.tables import columns


def test_advice_is_one_of_the_three_gates():
    words = {c.name: c.words for c in columns("opening_advice")}
    assert words["advice"] == ("allow", "check_further", "refuse_opening")
