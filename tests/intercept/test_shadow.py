from door_room import NOW_US, acquainted, judges, mixed, opened, severe
from duanka.intercept import shadow


def test_a_challenger_is_heard_by_nobody_and_its_differences_are_listed(tmp_path):
    sent = mixed(12)
    with opened(tmp_path / "alone") as alone:
        want, known = acquainted(alone).take(sent, now_us=NOW_US), alone.digest()
    with opened(tmp_path / "door", challenger=severe()) as door:
        assert acquainted(door).take(sent, now_us=NOW_US) == want
        assert door.counters.get("challenger.judged", 0) == 0
        judged = door.challenge()
        assert judged == door.counters["challenger.judged"] == 13
        assert door.digest() == known
        found = list(door._held.shadow.differences)
        assert len(found) == door.counters["challenger.different"]
        for one in found:
            assert one.challenger != one.given
            assert one.challenger_score > 0.9
        assert door.challenge() == 0


def test_the_same_judges_differ_in_nothing(tmp_path):
    with opened(tmp_path, challenger=judges()) as door:
        door.take(mixed(12), now_us=NOW_US)
        door.challenge()
        assert "challenger.different" not in door.counters


def test_where_it_cannot_keep_up_the_oldest_are_left_out_and_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(shadow, "MOST_WAITING", 4)
    with opened(tmp_path, challenger=judges()) as door:
        door.take(mixed(12), now_us=NOW_US)
        assert door.challenge() + door.counters["challenger.skipped"] == 13
        assert door.counters["challenger.skipped"] > 0
