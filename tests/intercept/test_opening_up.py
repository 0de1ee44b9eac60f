import pytest

from door_room import NOW_US, judges, mixed, opened, transfer
from duanka.errors import BadInput, BadModel
from duanka.intercept.opening_up import judges_of


def test_a_door_that_was_not_closed_knows_all_it_acknowledged(tmp_path):
    door = opened(tmp_path)
    sent = mixed(12)
    door.take(sent[:7], now_us=NOW_US)
    door.snapshot()
    door.take(sent[7:], now_us=NOW_US)
    known = door.digest()
    door._held.log.close()
    door._held.folder.close()
    with opened(tmp_path) as again:
        assert again.digest() == known
        assert again.counters["replayed"] == len(sent) - 7
    with opened(tmp_path) as again:
        assert again.digest() == known
        assert again.counters["replayed"] == 0


def test_without_any_snapshot_the_log_alone_is_enough(tmp_path):
    with opened(tmp_path) as door:
        door.take(mixed(10), now_us=NOW_US)
        known = door.digest()
    for path in (tmp_path / "snapshots").iterdir():
        path.unlink()
    with opened(tmp_path) as again:
        assert again.digest() == known


def test_an_answer_needs_a_model(tmp_path):
    models = dict(judges().models)
    del models["call"]
    with pytest.raises(BadModel, match="call"):
        judges_of(judges().terms.policy, models)


def test_a_door_that_cannot_be_opened_is_let_go(tmp_path):
    with pytest.raises(BadInput):
        opened(tmp_path, warm=tmp_path / "nothing")
    with opened(tmp_path) as door:
        assert door.take([transfer(1)], now_us=NOW_US)


def test_a_snapshot_of_another_form_is_refused_with_a_way_out(tmp_path):
    with opened(tmp_path) as door:
        door.take([transfer(1)], now_us=NOW_US)
        known = door.digest()
        door._held.folder.keep({"known": {"live": {"old": 1}}}, door._held.log.end + 1)
    folder = tmp_path / "snapshots"
    newest = max(folder.iterdir())
    newest.rename(folder / f"{10**9:020d}.snapshot")
    with pytest.raises(BadInput, match="keeps its state otherwise"):
        opened(tmp_path)
    for path in folder.iterdir():
        path.unlink()
    with opened(tmp_path) as again:
        assert again.digest() == known


def test_a_snapshot_of_a_version_before_gives_way_to_a_log_that_has_everything(tmp_path):
    with opened(tmp_path) as door:
        door.take(mixed(12), now_us=NOW_US)
        known, tree = door.digest(), door.save()
        del tree["known"]["acquaintance"]  # versions before did not count the days they saw
    for path in (tmp_path / "snapshots").iterdir():
        path.unlink()
    with opened(tmp_path) as door:
        door._held.folder.keep(tree, door._held.log.end)
        door._why_not = "killed"
    with opened(tmp_path) as door:
        assert door.digest() == known
        assert door.counters["replayed"] == len(mixed(12))
