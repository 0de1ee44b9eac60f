import numpy as np
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from duanka.network.components import components

EDGES = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=40)


def plain(edges, nodes):
    """The least node that each node reaches, by walking."""
    near = {n: {n} for n in range(nodes)}
    for a, b in edges:
        near[a].add(b)
        near[b].add(a)
    least = []
    for n in range(nodes):
        seen, stack = set(), [n]
        while stack:
            one = stack.pop()
            if one not in seen:
                seen.add(one)
                stack += near[one]
        least.append(min(seen))
    return least


@given(EDGES)
@hypothesis_settings(max_examples=150, deadline=None)
def test_each_node_is_named_by_the_least_it_reaches(edges):
    left, right = (np.array([e[i] for e in edges], np.int32) for i in range(2))
    assert components(left, right, 20).tolist() == plain(edges, 20)


def test_a_graph_without_edges_has_as_many_components_as_nodes():
    none = np.zeros(0, np.int32)
    assert components(none, none, 3).tolist() == [0, 1, 2]
    assert components(none, none, 0).tolist() == []
