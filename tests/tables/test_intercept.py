"""The table `intercept`."""

from duanka.tables import columns
from duanka.tables.words import MEASURES


def test_an_answer_is_a_measure_of_the_institution():
    words = {c.name: c.words for c in columns("intercept")}
    assert set(words["answer"]) < set(MEASURES)
    assert words["event_kind"] == ("transfer", "call")
