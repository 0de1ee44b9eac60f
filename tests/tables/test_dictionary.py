"""The data dictionary."""

from duanka.tables import INPUTS, OUTPUTS, columns
from duanka.tables.check import FAULTS
from duanka.tables.dictionary import KINDS, about, markdown


def test_every_table_column_kind_and_fault_is_in_it():
    page = markdown()
    for name in INPUTS | OUTPUTS:
        section = page.split(f"### `{name}`\n")[1].split("\n## ")[0].split("\n### ")[0]
        for info in columns(name):
            assert f"`{info.name}`" in section
            assert info.zh in section
            assert info.kind in KINDS
    assert all(f"| `{fault}` |" in page for fault in FAULTS)


def test_what_a_row_is_stands_in_both_languages():
    assert about("call") == ("A call.", "一次通话。")
