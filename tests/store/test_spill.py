import numpy as np
import polars as pl
import pytest

from duanka.store.spill import Spill


def test_an_array_in_a_file_is_of_zeros_keeps_what_is_written_and_leaves_no_file(tmp_path):
    room = Spill(tmp_path / "room")
    held = room.array(1000, np.int64)
    assert not held.any()
    held[7] = 42
    assert held.sum() == 42
    assert room.array(0, np.float32).size == 0
    assert list((tmp_path / "room").iterdir()) == []


def test_parts_are_one_frame_in_order_and_leave_no_file(tmp_path):
    room = Spill(tmp_path / "room")
    parts = [pl.DataFrame({"n": [k, k + 1], "told": [f"card {k}", None]}) for k in (1, 3, 5)]
    made = room.frame(parts)
    assert made.equals(pl.concat(parts))
    assert list((tmp_path / "room").iterdir()) == []
    with pytest.raises(ValueError, match="no part"):
        room.frame([])
