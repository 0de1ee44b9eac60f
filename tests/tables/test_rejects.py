"""The table `rejects`."""

from duanka.tables.check import reject


def test_a_file_as_a_whole_is_line_zero():
    (row,) = reject("transfer", "transfer.csv", "no_heading").iter_rows(named=True)
    assert (row["line"], row["column"], row["value"]) == (0, None, None)
