import numpy as np
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from duanka.network.components import components
from duanka.network.partition import groups


def split(edges, nodes, bottleneck=0.08):
    left, right = (np.array([e[i] for e in edges], np.int32) for i in range(2))
    weight = np.array([e[2] for e in edges], np.float64)
    return groups(left, right, weight, nodes=nodes, bottleneck=bottleneck).tolist()


def clique(nodes, weight=1.0):
    return [(a, b, weight) for a in nodes for b in nodes if a < b]


def test_two_rings_joined_by_one_weak_tie_stay_two():
    edges = [*clique(range(6)), *clique(range(6, 12)), (0, 6, 0.1)]
    assert split(edges, 12) == [0] * 6 + [6] * 6


def test_one_ring_of_cells_in_a_chain_stays_one():
    edges = [*clique(range(4)), *clique(range(4, 8)), *clique(range(8, 12)), (3, 4, 1.0), (7, 8, 1.0),
             (2, 5, 1.0), (6, 9, 1.0)]  # fmt: skip
    assert split(edges, 12) == [0] * 12


def test_a_higher_bottleneck_cuts_what_a_lower_one_joins():
    edges = [*clique(range(5)), *clique(range(5, 10)), (0, 5, 1.0)]
    assert len(set(split(edges, 10, bottleneck=0.0))) == 1
    assert len(set(split(edges, 10, bottleneck=0.9))) == 2


def test_nodes_without_edges_are_groups_of_one():
    assert split([(0, 1, 1.0)], 4) == [0, 0, 2, 3]
    assert split([], 2) == [0, 1]


@given(
    st.sets(
        st.tuples(st.integers(0, 14), st.integers(0, 14)).filter(lambda e: e[0] < e[1]), max_size=40
    )
)
@hypothesis_settings(max_examples=60, deadline=None)
def test_groups_lie_within_components_and_two_runs_agree(pairs):
    edges = [(a, b, 1.0 + (a + b) % 3) for a, b in sorted(pairs)]
    found = split(edges, 15)
    assert found == split(edges, 15)
    left, right = (np.array([e[i] for e in edges], np.int32) for i in range(2))
    whole = components(left, right, 15)
    for n in range(15):
        assert whole[found[n]] == whole[n]
        assert found[n] == min(i for i in range(15) if found[i] == found[n])
