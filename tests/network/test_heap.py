import numpy as np
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from duanka.network.heap import pop, push, sink


@given(st.lists(st.one_of(st.none(), st.integers(-100, 100)), max_size=60))
@hypothesis_settings(max_examples=100, deadline=None)
def test_the_least_key_is_always_first(steps):
    heap, count, plain = np.zeros(61, np.int64), 0, []
    for step in steps:
        if step is not None:
            count = push(heap, count, step)
            plain = sorted([*plain, step])
        elif plain:
            count = pop(heap, count)
            plain.pop(0)
        assert count == len(plain)
        assert not plain or heap[0] == plain[0]


@given(st.lists(st.integers(-100, 100), min_size=1, max_size=30), st.integers(-100, 100))
@hypothesis_settings(max_examples=60, deadline=None)
def test_a_key_in_place_of_the_least_finds_its_place(keys, new):
    heap, count = np.zeros(31, np.int64), 0
    for key in keys:
        count = push(heap, count, key)
    sink(heap, count, new)
    left = sorted([*sorted(keys)[1:], new])
    for key in left:
        assert heap[0] == key
        count = pop(heap, count)
