import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from duanka.network import graph as g
from duanka.network.evidence import shaped
from network.ring_room import hour


def edges(rows):
    return shaped(
        pl.DataFrame(
            [
                {
                    "left_kind": "account", "left_id": a, "right_kind": "device", "right_id": b,
                    "relation": "used_on", "weight": w, "count": 1, "first_at": hour(n), "last_at": hour(n + 1),
                }
                for n, (a, b, w) in enumerate(rows)
            ]
        )
    )  # fmt: skip


def test_each_edge_stands_at_both_ends_with_its_weight_and_instants():
    graph, nodes = g.build(edges([("a", "d", 0.5), ("b", "d", 0.25), ("a", "e", 1.0)]))
    names = nodes["id"].to_list()
    assert names == ["a", "b", "d", "e"]
    d = names.index("d")
    mine = slice(graph.start[d], graph.start[d + 1])
    assert [names[n] for n in graph.other[mine]] == ["a", "b"]
    assert graph.weight[mine].tolist() == [0.5, 0.25]
    assert graph.edge[mine].tolist() == [0, 1]
    assert (graph.last - graph.first == 3_600_000_000).all()
    assert graph.first[mine][1] == int(hour(1).timestamp()) * 1_000_000


def test_an_account_and_a_device_of_one_name_are_two_nodes():
    _, nodes = g.build(edges([("x", "x", 1.0)]))
    assert nodes.rows() == [("account", "x"), ("device", "x")]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40))
@hypothesis_settings(max_examples=80, deadline=None)
def test_neighbours_are_those_of_plain_loops_in_order(pairs):
    left, right = (np.array([p[i] for p in pairs], np.int32) for i in range(2))
    start, row, other = g.compressed(left, right, 10)
    for n in range(10):
        plain = sorted([b for a, b in pairs if a == n] + [a for a, b in pairs if b == n])
        assert other[start[n] : start[n + 1]].tolist() == plain
        for at in range(start[n], start[n + 1]):
            assert {n, int(other[at])} == set(pairs[row[at]])
