import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.errors import Unavailable
from duanka.intercept import snapshots


def tree(n=3):
    return {
        "rows": np.arange(12 * n).reshape(n, 12),
        "empty": np.empty((0, 4)),
        "flags": np.array([True, False]),
        "strided": np.arange(10)[::3],
        "nested": [{"a": 1, "b": "甲"}, [np.int64(5), 1.5, None, b"\x00"]],
        "clock": 2**62,
    }


def same(one, other):
    return snapshots.digest(one) == snapshots.digest(other)


def test_what_was_written_is_read_again(tmp_path):
    snapshots.write(tmp_path, 77, tree())
    place, found = snapshots.newest(tmp_path)
    assert place == 77
    assert same(found, tree())
    assert found["nested"][1] == [5, 1.5, None, b"\x00"]
    assert found["rows"].flags.writeable


def test_the_digest_tells_values_shapes_and_kinds_apart():
    base = {"a": np.zeros(4, np.int64)}
    others = [
        {"a": np.zeros((2, 2), np.int64)},
        {"a": np.zeros(4, np.uint64)},
        {"a": np.array([0, 0, 0, 1])},
        {"b": np.zeros(4, np.int64)},
    ]
    assert not any(same(base, other) for other in others)
    assert same({"x": 1, "y": 2}, {"y": 2, "x": 1})


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 0.999), st.booleans())
def test_a_damaged_newest_gives_way_to_the_one_before(tmp_path_factory, where, cut):
    folder = tmp_path_factory.mktemp("snap")
    snapshots.write(folder, 1, tree(2))
    path = snapshots.write(folder, 2, tree(5))
    whole = bytearray(path.read_bytes())
    at = int(where * len(whole))
    if cut:
        path.write_bytes(whole[:at])
    else:
        whole[at] ^= 0xFF
        path.write_bytes(whole)
    place, found = snapshots.newest(folder)
    assert place == 1
    assert same(found, tree(2))


def test_a_half_written_draft_is_not_a_snapshot(tmp_path):
    (tmp_path / f"{9:020d}.tmp").write_bytes(b"DKS1")
    assert snapshots.newest(tmp_path) is None


def test_two_are_kept(tmp_path):
    for place in (1, 5, 30):
        snapshots.write(tmp_path, place, tree())
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"{n:020d}.snapshot" for n in (5, 30)]


def test_a_disk_that_refuses_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="snapshot"):
        snapshots.write(tmp_path / "file" / "x", 1, tree())
