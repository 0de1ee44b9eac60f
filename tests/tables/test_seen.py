"""Which ids came before."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.tables.seen import Seen

ids = st.lists(st.text("abc", min_size=1, max_size=3), max_size=30)


@settings(max_examples=60, deadline=None)
@given(st.lists(ids, max_size=6))
def test_it_knows_what_a_set_knows(batches):
    seen, known = Seen(), set()
    for batch in batches:
        expected = []
        for one in batch:
            expected.append(one in known)
            known.add(one)
        assert seen.add(pl.Series(batch, dtype=pl.String)).to_list() == expected


def test_runs_stay_few():
    seen = Seen()
    for start in range(0, 400_000, 4_000):
        seen.add(pl.select(pl.int_range(start, start + 4_000).cast(pl.String)).to_series())
    assert sum(len(run) for run in seen.runs) == 400_000
    assert len(seen.runs) <= 4
