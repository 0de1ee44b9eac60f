import numpy as np

from door_room import judges, label, transfer
from duanka.intercept import batch, hot_path
from duanka.intercept.known import Known
from duanka.tables import INPUTS


def test_what_the_log_keeps_is_read_again_to_the_bit():
    sent = [transfer(1), label("b1", 2), transfer(3)]
    said, asked = hot_path.answer(Known(tuple(INPUTS), 10**13), judges(), sent)
    found = batch.read(batch.encode(77, sent, said, asked))
    assert found.now == 77
    assert found.events() == sent
    assert found.answers == said
    kept = {i: x for one in found.asked() for i, x in zip(one.where, one.X, strict=True)}
    was = {i: x for one in asked for i, x in zip(one.where, one.X, strict=True)}
    assert kept.keys() == was.keys() == {0, 2}
    assert all(np.array_equal(kept[i], was[i], equal_nan=True) for i in was)


def test_vectors_of_older_logs_are_read_as_they_were_kept():
    X = np.arange(6, dtype=np.float32).reshape(2, 3)
    old = batch.Vectors("transfer", [0, 2], 3, X.tobytes())
    assert np.array_equal(old.rows(), X)
