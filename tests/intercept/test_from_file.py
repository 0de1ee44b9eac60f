import gzip

import pytest

from door_room import NOW_US, opened, transfer
from duanka.errors import BadInput
from duanka.intercept.from_file import FileSource
from duanka.intercept.stream import LONGEST_LINE, Aside, consume


def source(tmp_path, path):
    return FileSource(path, Aside(tmp_path / "r", None, "f"), marks=tmp_path / "marks.json")


def lines(*numbers):
    return b"".join(transfer(n).raw + b"\n" for n in numbers)


def test_a_file_is_read_on_from_where_it_was_left(tmp_path):
    path = tmp_path / "events.ndjson"
    path.write_bytes(lines(1, 2) + b"\n\n" + transfer(3).raw)
    with opened(tmp_path / "door") as door:
        found = source(tmp_path, path)
        assert consume(door, found, now_us=NOW_US).taken == 3
        found.close()
        with path.open("ab") as file:
            file.write(b"\n" + lines(4))
        again = source(tmp_path, path)
        tally = consume(door, again, now_us=NOW_US)
        again.close()
    assert (tally.read, tally.taken) == (1, 1)


def test_lost_marks_cost_time_and_nothing_else(tmp_path):
    path = tmp_path / "events.ndjson"
    path.write_bytes(lines(1, 2))
    with opened(tmp_path / "door") as door:
        consume(door, source(tmp_path, path), now_us=NOW_US)
        (tmp_path / "marks.json").write_bytes(b"{torn")
        assert consume(door, source(tmp_path, path), now_us=NOW_US).repeated == 2


def test_a_line_too_long_is_refused_and_the_next_is_read(tmp_path):
    path = tmp_path / "events.ndjson.gz"
    long = b'"' + b"x" * (3 * LONGEST_LINE) + b'"\n'
    path.write_bytes(gzip.compress(long + lines(1)))
    with opened(tmp_path / "door") as door:
        tally = consume(door, source(tmp_path, path), now_us=NOW_US)
    assert (tally.refused, tally.taken) == (1, 1)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        source(tmp_path, tmp_path / "nothing.ndjson")
