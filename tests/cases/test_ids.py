"""Ids follow from what they stand for."""

from hypothesis import given
from hypothesis import strategies as st

from duanka.cases import ids

PARTS = st.lists(st.text(max_size=5), min_size=1, max_size=4)


@given(PARTS, PARTS)
def test_different_things_have_different_ids(one, two):
    # the unit separator is no part of an id of ours
    same = "\x1f".join(one) == "\x1f".join(two)
    assert (ids.derived("o", *one) == ids.derived("o", *two)) == same
    assert ids.derived("o", *one) != ids.derived("n", *one)


def test_a_card_is_named_by_kind_and_id():
    assert ids.card("sim", "S1") == "sim:S1"
