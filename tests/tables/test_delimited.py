"""Records of delimited text."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.tables.batch import LINE
from duanka.tables.delimited import Headings, batches, sniff, split_records, unique


def parsed(raw, size=None):
    """Rows with their lines, and the faults by line, of text cut into blocks of whole lines."""
    whole = raw.encode().splitlines(keepends=True)
    per = size or len(whole) or 1
    blocks = [(b"".join(whole[i : i + per]), []) for i in range(0, len(whole), per)]
    rows, faults = [], {}
    for batch in batches(blocks):
        rows += batch.rows.rows()
        faults.update({fault.line: fault.fault for fault in batch.faults})
    return rows, faults


field = st.text(st.sampled_from('ab ,"\n'), max_size=5)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(field, field, field), min_size=1, max_size=8), st.integers(1, 5))
def test_what_the_csv_module_writes_is_read_back_whatever_the_blocks(rows, size):
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("x", "y", "z"), *rows])
    got, faults = parsed(file.getvalue(), size)
    assert [row[:3] for row in got] == rows
    assert not faults
    lines = [row[3] for row in got]
    assert lines[0] == 2
    assert all(
        b - a == 1 + "".join(r).count("\n") for a, b, r in zip(lines, lines[1:], rows, strict=False)
    )


BROKEN = {
    "1,2": "too_few_fields",
    "1,2,3,4": "too_many_fields",
    '1,"2,3': "bad_quotes",
    '"1" x,2,3': "bad_quotes",
    "1,\0,3": "nul_byte",
}


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([*BROKEN, "1,2,3", '"1","2","3"', '5" pipe,2,3', ""]), max_size=30),
    st.integers(1, 6),
)
def test_every_broken_line_is_told_and_no_other(lines, size):
    raw = "x,y,z\n" + "".join(f"{line}\n" for line in lines)
    rows, faults = parsed(raw, size)
    expected = {i: BROKEN[line] for i, line in enumerate(lines, start=2) if line in BROKEN}
    assert faults == expected
    good = [i for i, line in enumerate(lines, start=2) if line and line not in BROKEN]
    assert [row[-1] for row in rows] == good


def test_a_quote_that_stays_open_costs_one_line_though_others_follow():
    raw = 'x,y\n1,"open\n' + "2,b\n" * 200 + '3,"fine, too"\n4,"open\n'
    rows, faults = parsed(raw, 7)
    assert faults == {2: "bad_quotes", 204: "bad_quotes"}
    assert len(rows) == 201
    assert rows[-1] == ("3", "fine, too", 203)


def test_headings_alone_and_nothing_at_all():
    (batch,) = batches([(b"a,b\n", [])])
    assert batch.rows.columns == ["a", "b", LINE]
    assert batch.rows.is_empty()
    assert list(batches([])) == []
    assert list(batches([(b"\n \n", [])])) == []


def test_blank_lines_before_the_headings_count():
    rows, _ = parsed("\n\na;b\n1;2\n")
    assert rows == [("1", "2", 4)]


def test_headings_are_tidied_and_told_apart():
    assert unique(["\ufeffat", " at", "", "x"]) == ("at", "at#2", "#3", "x")
    assert sniff("a\tb\tc,d") == "\t"


def test_a_record_that_a_block_breaks_is_carried_over():
    split = split_records(b'1,"a\n', Headings(("x", "y"), ","), last=False)
    assert (split.clean, split.carry) == (b"", b'1,"a\n')
    last = split_records(b'1,"a\n', Headings(("x", "y"), ","), last=True)
    assert last.broken == [(0, "bad_quotes")]


def test_lines_that_no_encoding_fits_are_told_by_number():
    found = list(batches([(b"a,b\n1,2\n\n", [2]), (b"\n3,4\n", [0])]))
    assert [f.line for batch in found for f in batch.faults] == [3, 4]
    assert [line for batch in found for line in batch.rows[LINE]] == [2, 5]
