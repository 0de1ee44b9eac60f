import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.features.index import NONE, index_of

ids = st.text(alphabet="ab1一é ", min_size=1, max_size=4)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), ids), max_size=12), st.lists(ids, max_size=12))
def test_every_id_named_is_found_where_it_stands_and_no_other(named, asked):
    index = index_of(pl.Series(named, dtype=pl.String), pl.Series(named[:3], dtype=pl.String))
    known = sorted({n for n in named if n is not None}, key=lambda n: n.encode())
    assert index.ids.to_list() == known
    want = [known.index(n) if n in known else NONE for n in asked]
    assert index.find(pl.Series(asked, dtype=pl.String)).tolist() == want


def test_a_prefix_is_another_id_and_null_is_none():
    index = index_of(pl.Series(["card1", "card10", "card"]))
    found = index.find(pl.Series(["card", "card1", "card10", "card100", None, "CARD"]))
    assert found.tolist() == [0, 1, 2, NONE, NONE, NONE]


def test_nothing_is_found_in_nothing():
    empty = index_of()
    assert empty.size == 0
    assert empty.find(pl.Series(["a"])).tolist() == [NONE]
    assert index_of(pl.Series(["a"])).find(pl.Series([], dtype=pl.String)).size == 0
