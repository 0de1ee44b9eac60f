import numpy as np

from duanka.jobs.pictures.place import columns, springs


def test_tied_marks_stand_nearer_than_others_and_none_on_another():
    edges = [(a, b) for group in (range(8), range(8, 16)) for a in group for b in group if a < b]
    at = springs(16, edges, [1.0] * len(edges))
    apart = np.sqrt(((at[:, None] - at[None, :]) ** 2).sum(axis=2))
    inside = [apart[a, b] for a, b in edges]
    across = [apart[a, b] for a in range(8) for b in range(8, 16)]
    assert np.mean(inside) < np.mean(across) / 2
    assert min(apart[a, b] for a in range(16) for b in range(a)) > 0.01
    assert at.min() >= 0
    assert at.max() <= 1


def test_the_same_network_is_drawn_the_same():
    edges = [(0, 1), (1, 2)]
    assert (springs(5, edges, [1, 1]) == springs(5, edges, [1, 1])).all()
    assert springs(0, [], []).shape == (0, 2)
    assert np.isfinite(springs(1, [], [])).all()


def test_three_hundred_members_do_not_lie_on_one_another():
    edges = [(0, n) for n in range(1, 300)]
    at = springs(300, edges, [0.5] * 299)
    apart = np.sqrt(((at[:, None] - at[None, :]) ** 2).sum(axis=2)) + np.eye(300)
    assert np.quantile(apart.min(axis=1), 0.05) > 0.005


def test_columns_go_by_layer_the_largest_on_top():
    at = columns([0, 1, 1, 2], [1.0, 2.0, 3.0, 1.0])
    assert at[:, 0].tolist() == [0.0, 0.5, 0.5, 1.0]
    assert at[2, 1] < at[1, 1]
    assert columns([], []).shape == (0, 2)
