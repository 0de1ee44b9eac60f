import asyncio
import threading

import pytest

from duanka.errors import BadInput, Unavailable
from duanka.intercept.answers import Answer, Refused
from duanka.intercept.events import decode
from duanka.web.meters import Meters
from duanka.web.problems import Busy
from duanka.web.waiting import Bounds, Waiting
from web_room import StandIn, lines, transfer, unavailable

DEVICE = {
    "kind": "device_use",
    "at": "2026-06-01T09:00:00+08:00",
    "card_kind": "sim",
    "card_id": "s",
    "device_id": "d",
}


def event(name="t1", **more):
    return decode(lines(transfer(name, **more)).strip())


def held(waiting=20_000, batch=1_024, answer_s=20.0):
    door = StandIn()
    late = []
    bounds = Bounds(waiting, batch, answer_s)
    return door, Waiting(door, bounds=bounds, meters=Meters(), on_late=late.append), late


def lived(line, scene):
    """The scene played before the line, on one event loop."""

    async def play():
        line.start()
        try:
            return await asyncio.wait_for(scene(), 30)
        finally:
            line.door.opened.set()
            await line.close()

    return asyncio.run(play())


async def shut(door, line):
    """The door's thread stands in the door with one event, and what comes now waits."""
    door.opened.clear()
    door.entered.clear()
    first = line.enter([event("first")])
    await asyncio.to_thread(door.entered.wait, 30)
    return first


def test_each_gets_its_own_answers_in_order_and_what_waited_is_one_batch():
    door, line, _ = held()

    async def scene():
        first = await shut(door, line)
        others = [line.enter([event(f"{n}a"), event(f"{n}b")]) for n in range(20)]
        door.opened.set()
        said = await first, await asyncio.gather(*others)
        # the challenger is asked once nobody waits any more
        assert await asyncio.to_thread(door.challenged.wait, 30)
        return said

    first, others = lived(line, scene)
    assert [one.event_id for one in first] == ["first"]
    assert [[one.event_id for one in said] for said in others] == [
        [f"{n}a", f"{n}b"] for n in range(20)
    ]
    assert door.batches == [1, 40]
    assert line.count == 0


def test_no_batch_is_much_larger_than_it_may_be():
    door, line, _ = held(batch=10)

    async def scene():
        first = await shut(door, line)
        others = [line.enter([event(f"{n}")]) for n in range(25)]
        door.opened.set()
        await asyncio.gather(first, *others)

    lived(line, scene)
    assert door.batches == [1, 10, 10, 5]


def test_a_full_line_lets_nobody_in_and_says_what_policy_answers():
    door, line, _ = held(waiting=3)

    async def scene():
        first = await shut(door, line)
        second = line.enter([event("2"), event("3")])
        with pytest.raises(Busy) as told:
            line.enter([event("4")])
        door.opened.set()
        await asyncio.gather(first, second)
        await line.enter([event("4")])
        return told.value

    busy = lived(line, scene)
    assert busy.retry_after_s >= 1
    assert [one.answer for one in busy.answers] == ["verify_transaction"]
    assert busy.answers[0].timed_out
    assert line.meters.turned_away == 1
    assert [key for key in door.said if door.said[key].event_id == "4"]


def test_who_waits_too_long_is_answered_by_policy_and_the_event_is_kept_all_the_same():
    door, line, late = held(answer_s=0.02)

    async def scene():
        first = await shut(door, line)
        note = line.enter([decode(lines(DEVICE).strip()), event("2")])
        said = await first, await note
        assert door.batches == []
        door.opened.set()
        await line.ask(lambda _: None)
        return said

    (first,), (note, second) = lived(line, scene)
    assert isinstance(first, Answer)
    assert first.timed_out
    assert second.timed_out
    assert isinstance(note, Refused)
    assert "again" in note.fix
    assert [one.event_id for one in late] == ["first", "2"]
    assert line.meters.late == 2
    assert {one.event_id for one in door.said.values()} >= {"first", "2"}
    assert len(door.said) == 3


def test_a_log_that_cannot_be_written_acknowledges_nothing_and_mends():
    door, line, _ = held()
    door.fault = unavailable()

    async def scene():
        with pytest.raises(Busy) as told:
            await line.enter([event()])
        door.fault = None
        return told.value, await line.enter([event()])

    busy, (said,) = lived(line, scene)
    assert busy.what == "the log cannot be written"
    assert busy.answers[0].timed_out
    assert not said.duplicate


def test_a_fault_that_nobody_foresaw_shuts_the_line_until_it_is_started_anew():
    door, line, _ = held()
    door.fault = ZeroDivisionError("secret 4711")

    async def scene():
        with pytest.raises(Busy) as told:
            await line.enter([event()])
        door.fault = None
        with pytest.raises(Busy):
            line.enter([event()])
        return told.value

    busy = lived(line, scene)
    assert "4711" not in str(busy)
    assert "started anew" in line.broken


def test_a_fault_of_the_sender_is_told_as_it_is():
    door, line, _ = held()
    door.fault = BadInput("no")

    async def scene():
        with pytest.raises(BadInput):
            await line.enter([event()])

    lived(line, scene)
    assert not line.broken


def test_a_question_is_put_by_the_doors_own_thread_behind_what_waits_before_it():
    _, line, _ = held()

    async def scene():
        line.enter([event()])
        found = await line.ask(lambda one: (threading.current_thread().name, len(one.said)))
        with pytest.raises(KeyError):
            await line.ask(lambda _: {}["x"])
        return found

    assert lived(line, scene) == ("door", 1)


def test_closing_answers_all_that_waits_and_lets_nothing_more_in():
    door, line, _ = held()

    async def scene():
        first = await shut(door, line)
        others = [line.enter([event(f"{n}")]) for n in range(5)]
        closing = asyncio.ensure_future(line.close())
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            line.enter([event("late")])
        with pytest.raises(Unavailable):
            await line.ask(lambda _: None)
        door.opened.set()
        await closing
        return await asyncio.gather(first, *others)

    assert len(lived(line, scene)) == 6
    assert len(door.said) == 6


def test_who_left_is_no_fault_and_the_event_is_kept():
    door, line, _ = held()

    async def scene():
        first = await shut(door, line)
        gone = line.enter([event("gone")])
        gone.cancel()
        door.opened.set()
        await first
        await line.ask(lambda _: None)

    lived(line, scene)
    assert {one.event_id for one in door.said.values()} == {"first", "gone"}
    assert line.count == 0


def test_who_is_patient_gets_the_doors_own_answer_however_late():
    door, line, late = held(answer_s=0.01)

    async def scene():
        first = await shut(door, line)
        second = line.enter_patiently([event("2")])
        assert (await first)[0].timed_out
        door.opened.set()
        return await second

    (said,) = lived(line, scene)
    assert (said.event_id, said.timed_out) == ("2", False)
    assert [one.event_id for one in late] == ["first"]
