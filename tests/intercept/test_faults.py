import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.intercept import events, faults
from duanka.tables import kinds


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["id", "text", "at", "word", "fen"]))
def test_values_are_masked_as_in_the_rejects_of_files(text, kind):
    want = kinds.mask(pl.Series([text]), kind)[0]
    assert faults.masked(text, kind) == want


@pytest.mark.parametrize("kind", events.KINDS)
def test_nothing_at_all_lacks_every_required_column(kind):
    found = faults.find(f'{{"kind":"{kind}"}}'.encode(), events.columns)
    assert {f.column for f in found} == {i.name for i in events.columns(kind) if i.required}
    assert {f.fault for f in found} == {"missing"}


def test_a_flood_of_unknown_columns_is_told_in_part():
    told = ",".join(f'"c{n}":1' for n in range(500))
    found = faults.find(f'{{"kind":"person","person_id":"p",{told}}}'.encode(), events.columns)
    assert len(found) <= 50
    assert str(found[0]).endswith("a column that the kind does not have")
