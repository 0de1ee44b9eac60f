import pytest

from door_room import NOW_US, judges, opened, transfer
from duanka.errors import BadInput
from duanka.intercept import keeping
from duanka.intercept.folder import Mark
from duanka.intercept.repeats import Repeats
from duanka.intercept.served import recompute
from duanka.intercept.terms import DAY
from duanka.jobs.progress import Progress

SPAN = keeping.span_us(judges().terms.policy, NOW_US)


def test_the_log_goes_only_up_to_a_mark_that_is_old_enough_and_no_repeat_needs():
    marks, nobody = [Mark(10, 0), Mark(20, 5), Mark(30, 50)], Repeats(10**12, 10)
    assert keeping.first_kept(marks, nobody, 5 + SPAN - 1, SPAN) == 10
    assert keeping.first_kept(marks, nobody, 5 + SPAN, SPAN) == 20
    assert keeping.first_kept(marks, nobody, SPAN - 1, SPAN) == 0
    nobody.add([b"k"], 12, now_us=0)
    assert keeping.first_kept(marks, nobody, 5 + SPAN, SPAN) == 12
    assert keeping.is_due([], 0, SPAN)
    assert not keeping.is_due(marks, 50 + SPAN // keeping.PARTS - 1, SPAN)


def day_of_payments(day):
    """Some payments of a day."""
    return [transfer(100 * day + n, day * 86_400 + 60 * n) for n in range(4)]


def filled(path, days):
    """A door after so many days, tended every day; and how many parts of its log are gone."""
    with opened(path, segment_bytes=2_000) as door:
        gone = 0
        for day in range(days):
            now = NOW_US + day * DAY
            door.take(day_of_payments(day), now_us=now)
            gone += door.tend(now_us=now)
        return gone, door.digest(), door.health()


def test_what_policy_no_longer_allows_is_gone_and_the_door_goes_on(tmp_path):
    days = SPAN // DAY + 25
    gone, known, health = filled(tmp_path / "door", days)
    assert gone > 0
    assert health["batches"] - gone * 2 > 0
    with opened(tmp_path / "door") as door:
        assert door.digest() == known
        old = [p for p in (tmp_path / "door" / "snapshots").glob("*.snapshot") if not int(p.stem)]
        assert not old
    found = recompute(tmp_path / "door", judges(), say=Progress())
    assert found.wrong == 0
    assert 0 < found.by_kind["transfer"].vectors < 4 * days


def test_a_log_without_the_snapshot_it_goes_on_from_is_refused(tmp_path):
    filled(tmp_path / "door", SPAN // DAY + 25)
    for path in (tmp_path / "door" / "snapshots").glob("*.snapshot"):
        path.unlink()
    with pytest.raises(BadInput, match="does not go back to any snapshot"):
        opened(tmp_path / "door")
