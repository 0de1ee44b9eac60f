"""A stretch of a file."""

import polars as pl

from duanka.tables.batch import Batch, Fault


def test_a_batch_without_broken_lines_has_no_faults():
    assert Batch(pl.DataFrame()).faults == ()
    assert Fault(0, "truncated").column is None
