import pytest
from msgspec.structs import replace

from door_room import (
    NOW_US,
    after,
    call,
    judges,
    label,
    lead,
    mixed,
    opened,
    opening,
    order,
    transfer,
)
from duanka.errors import BadInput, Unavailable
from duanka.intercept import door as room
from duanka.intercept import events
from duanka.intercept.answers import Answer, Refused, Taken


@pytest.fixture
def door(tmp_path):
    with opened(tmp_path / "door") as found:
        yield found


def take(door, *sent):
    return door.take(sent, now_us=NOW_US)


def test_what_happens_is_answered_and_what_is_told_is_taken(door):
    said = take(door, transfer(1), call(2), opening(3), label("b0", 4))
    assert [type(one) for one in said] == [Answer, Answer, Answer, Taken]
    assert [one.event_id for one in said[:3]] == ["t1", "c2", "o3"]
    for one in said[:3]:
        assert 0 <= one.score <= 1
        assert one.next_zh
        assert one.next_en
        assert one.model_version == judges().models[one.event_kind].version
        assert one.policy_version == judges().terms.policy.version
        assert one.answer == "allow" or one.legal_basis


def test_the_same_id_again_gives_the_same_answer_and_counts_once(door):
    first = take(door, transfer(1), transfer(2), label("b0", 4))
    before = door.digest()
    again = take(door, label("b0", 4), transfer(2), transfer(1))
    assert again == [replace(one, duplicate=True) for one in reversed(first)]
    assert door.digest() == before
    assert door.counters["taken.transfer"] == 2
    assert door.counters["duplicate"] == 3


def test_twice_in_one_batch_counts_once(door):
    one, other = take(door, transfer(1), transfer(1))
    assert other == replace(one, duplicate=True)
    assert door.counters["taken.transfer"] == 1


def test_an_id_with_other_contents_is_refused_not_answered(door):
    take(door, transfer(1))
    for sent in ([transfer(1, amount_fen=5)], [transfer(2), transfer(2, amount_fen=5)]):
        said = take(door, *sent)[-1]
        assert isinstance(said, Refused)
        assert "other contents" in said.fault


def test_what_is_dated_ahead_of_the_clock_is_refused_and_harms_nobody(door):
    far = NOW_US + 11 * 60_000_000
    said = take(door, transfer(1, at_s=(far - events.micros(after(0))) / 1e6), transfer(2))
    assert isinstance(said[0], Refused)
    assert isinstance(said[1], Answer)
    assert door.health()["clock"] == transfer(2).at


def test_what_is_dated_before_any_rule_is_refused_and_the_door_stays_open(door):
    old = transfer(7, at_s=-40 * 365 * 86_400.0)
    said = take(door, old, transfer(8))
    assert isinstance(said[0], Refused)
    assert "no rules" in said[0].fault
    assert isinstance(said[1], Answer)
    assert isinstance(take(door, transfer(9))[0], Answer)


def test_the_order_in_a_batch_is_that_of_the_instants(tmp_path):
    sent = mixed()
    with opened(tmp_path / "one") as one, opened(tmp_path / "other") as other:
        said = {s.event_id: s for s in one.take(sent, now_us=NOW_US)}
        turned = {s.event_id: s for s in other.take(sent[::-1], now_us=NOW_US)}
    assert {k: (s.answer, s.score) for k, s in said.items() if isinstance(s, Answer)} == {
        k: (s.answer, s.score) for k, s in turned.items() if isinstance(s, Answer)
    }


def test_a_late_event_is_answered_and_says_so(door):
    take(door, transfer(50))
    assert take(door, transfer(3))[0].late
    assert door.counters["late"] == 1
    assert door.health()["clock"] == transfer(50).at


def test_a_confirmed_card_is_stopped_from_the_next_instant_on(door):
    said = take(door, label("b1", 10), transfer(1), transfer(10), transfer(13), transfer(16))
    # payments 1, 10, 13 and 16 go to b1; the label is known from second 10 on
    assert [one.answer for one in said[3:]] == ["suspend", "suspend"]
    assert said[3].because == "implicated"
    assert said[3].authority == "two_officers"
    assert said[2].because != "implicated"
    salary = take(door, transfer(19, memo_kind="salary"))[0]
    assert (salary.answer, salary.because) == ("allow", "protected_payment")
    take(door, label("b1", 20, implicated=False))
    assert take(door, transfer(22))[0].because != "implicated"


def test_an_order_answers_for_its_card_until_it_is_lifted(door):
    take(door, order("a1", "stop_non_counter"))
    stopped = take(door, transfer(1))[0]
    assert (stopped.answer, stopped.because, stopped.legal_basis) == (
        "restrict",
        "order_in_force",
        "某条",
    )
    assert stopped.held_fen == transfer(1).row["amount_fen"]
    counter, salary = take(door, transfer(6, channel="counter"), transfer(11, memo_kind="salary"))
    assert "order_in_force" not in counter.reasons
    assert salary.answer == "allow"
    take(door, order("a1", "stop_non_counter", "lifted"))
    assert take(door, transfer(16))[0].because != "order_in_force"


def test_an_order_is_never_applied_once_it_has_expired(door):
    take(door, order("a1", "suspend", expires_at=after(10)))
    said = take(door, transfer(6), transfer(11))
    assert said[0].because == "order_in_force"
    assert said[1].because != "order_in_force"


def test_only_the_reported_part_is_held(door):
    take(door, order("a1", "delay_settlement"), lead("a1", 0, 4_000))
    said = take(door, transfer(1, payer_balance_fen=1_000), transfer(6), transfer(11))
    assert [one.held_fen for one in said] == [3_000, 4_000, 4_000]


def test_doubtful_payments_cool_off_and_large_ones_are_called_back(door):
    take(door, order("a1", "verify_transaction"))
    small, middle, large = take(
        door,
        transfer(1),
        transfer(6, amount_fen=1_000_000),
        transfer(11, amount_fen=5_000_000),
    )
    assert (small.steps, small.wait_s) == ((), None)
    assert (middle.steps, middle.wait_s) == (("cooling_off",), 1800)
    assert large.steps == ("cooling_off", "call_back")
    assert large.held_fen is None


def test_the_time_out_is_answered_by_policy_and_changes_nothing(door):
    take(door, order("a1", "suspend"), label("b0", 1))
    before = door.digest()
    small = door.timed_out(transfer(2))
    large = door.timed_out(transfer(2, amount_fen=5_000_000))
    salary = door.timed_out(transfer(2, amount_fen=9_000_000, memo_kind="salary"))
    assert [one.answer for one in (small, large, salary)] == [
        "allow",
        "verify_transaction",
        "allow",
    ]
    assert {one.review for one in (small, large, salary)} == {"person"}
    assert {one.score for one in (small, large, salary)} == {None}
    assert door.timed_out(transfer(1)).because == "order_in_force"
    assert door.timed_out(transfer(3)).because == "implicated"
    assert door.timed_out(call(1)).answer == "allow"
    assert door.timed_out(opening(1)).answer == "check_further"
    assert door.digest() == before
    assert door.counters["timed_out"] == 7


def test_a_disk_that_refuses_stops_the_door_and_a_new_start_knows_what_was_acknowledged(tmp_path):
    door = opened(tmp_path)
    take(door, transfer(1))
    known = door.digest()
    door._held.log._broken = "No space left on device"
    for _ in range(2):
        with pytest.raises(Unavailable, match="No space left"):
            take(door, transfer(2))
    assert not door.health()["ok"]
    with pytest.raises(Unavailable):
        door.snapshot()
    assert door.timed_out(transfer(2)).timed_out
    door.close()
    with opened(tmp_path) as again:
        assert again.digest() == known
        assert not take(again, transfer(2))[0].duplicate


def test_more_than_a_place_can_name_is_refused(door):
    with pytest.raises(BadInput, match="at once"):
        door.take([transfer(1)] * (room.MOST_AT_ONCE + 1))


def test_a_snapshot_is_taken_by_itself_once_the_log_has_grown(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "SNAPSHOT_BYTES", 1)
    with opened(tmp_path) as door:
        take(door, transfer(1))
        door._settle()
        assert door.counters["snapshots"] == 1
    with opened(tmp_path) as again:
        assert again.counters["replayed"] == 0
