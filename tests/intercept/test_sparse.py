from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.intercept import sparse

ODD = np.array([0, 0x80000000, 0x7FC00000, 0xFFC00000, 0x7FC00001, 0x7F800000, 1], np.uint32)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 5), st.integers(0, 100), st.integers(0, 2**32 - 1))
def test_vectors_come_back_to_the_bit(rows, width, seed):
    chance = np.random.default_rng(seed)
    bits = chance.integers(0, 2**32, (rows, width), dtype=np.uint32)
    bits = np.where(chance.random(bits.shape) < 0.6, chance.choice(ODD, bits.shape), bits)
    X = bits.view(np.float32)
    again = sparse.unpacked(sparse.packed(X), rows, width)
    assert again.view(np.uint32).tolist() == bits.tolist()


@pytest.mark.parametrize("nothing", [0.0, np.nan])
def test_what_is_nought_or_missing_takes_two_bits(nothing):
    assert len(sparse.packed(np.full((3, 512), nothing, np.float32))) == 3 * 512 // 4
