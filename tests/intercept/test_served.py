import numpy as np

from door_room import NOW_US, judges, mixed, opened
from duanka.intercept import batch, served
from duanka.jobs.progress import Progress


def recompute(path, **more):
    return served.recompute(path, judges(), say=Progress(), **more)


def filled(path, count=14):
    with opened(path) as door:
        sent = mixed(count)
        door.take(sent[: count // 2], now_us=NOW_US)
        door.snapshot()
        door.take(sent[count // 2 :], now_us=NOW_US)
    return path


def test_all_that_was_served_is_computed_again_to_the_bit(tmp_path):
    found = recompute(filled(tmp_path))
    assert found.wrong == 0
    counts = {kind: one.vectors for kind, one in found.by_kind.items()}
    assert counts["transfer"] > 5
    assert counts["call"] > 0
    assert all(one.answers == one.vectors for one in found.by_kind.values())
    assert all(row[3:] == (0, 0, 0) for row in found.rows())


def test_a_vector_that_was_not_so_is_told_by_feature(tmp_path, monkeypatch):
    real = batch.encode

    def spoiled(now, events, answers, asked):
        for one in asked:
            X = one.X.copy()
            filled_in, empty = np.flatnonzero(~np.isnan(X[0])), np.flatnonzero(np.isnan(X[0]))
            X[0, filled_in[0]] += 1
            X[0, filled_in[1]] = np.nan
            if empty.size:
                X[0, empty[0]] = 5
            object.__setattr__(one, "X", X)
        return real(now, events, answers, asked)

    monkeypatch.setattr(batch, "encode", spoiled)
    filled(tmp_path)
    monkeypatch.undo()
    found = recompute(tmp_path)
    rows = [row for row in found.rows() if row[0] == "transfer" and row[1]]
    assert sum(row[3] for row in rows) > 0
    assert sum(row[5] for row in rows) > 0
    assert found.wrong > 0


def test_a_bound_reads_only_so_many(tmp_path):
    found = recompute(filled(tmp_path), most=1)
    assert sum(one.vectors for one in found.by_kind.values()) < 10
