"""The outbox: two senders share the work, a lease that ran out is taken over, waits grow."""

import threading
from datetime import timedelta

import pytest

from duanka.store import ledger_outbox
from duanka.store.ledger import SYSTEM, Message
from ledgers import AT, BOTH, ledger


@pytest.fixture(params=BOTH)
def book(request, tmp_path):
    made = ledger(request.param, tmp_path)
    with made.desk(SYSTEM, at=AT, purpose="a test") as desk:
        for i in range(30):
            desk.send(Message(f"m{i:02}", "notice", {"i": i}, "notice", f"n{i}"))
    yield made
    made.close()


def test_two_senders_at_once_never_hold_the_same_message(book):
    gate, held = threading.Barrier(2), {"a": [], "b": []}

    def take(name):
        gate.wait()
        while claimed := book.claim(name, at=AT, limit=4):
            held[name] += [one.key for one in claimed]

    both = [threading.Thread(target=take, args=(name,)) for name in held]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(held["a"] + held["b"]) == [f"m{i:02}" for i in range(30)]


def test_messages_come_in_the_order_they_were_written(book):
    assert [one.body["i"] for one in book.claim("a", at=AT, limit=5)] == [0, 1, 2, 3, 4]


def test_each_wait_is_longer_up_to_an_hour(book):
    (mine,) = book.claim("a", at=AT, limit=1)
    waits, at = [], AT
    for _ in range(ledger_outbox.MOST_ATTEMPTS - 1):
        assert book.failed(mine, at=at, fault="down") == "waiting"
        step = timedelta(seconds=1)
        begun = at
        while not (found := [m for m in book.claim("a", at=at) if m.key == mine.key]):
            at += step
            step *= 2
        waits.append(at - begun)
        mine = found[0]
    assert waits == sorted(waits)
    assert waits[-1] <= timedelta(hours=2, minutes=30)


def test_an_empty_outbox_gives_nothing(tmp_path):
    assert ledger("sqlite", tmp_path).claim("a", at=AT) == []


def test_the_door_is_tried_for_ever_and_hears_in_order(book):
    with book.desk(SYSTEM, at=AT, purpose="a test") as desk:
        for state in ("order_in_force", "order_lifted"):
            desk.send(Message(f"o1:{state}", state, {}, "order", "o1"))
    (first,) = book.claim("a", at=AT, topics=["order_in_force"])
    assert book.claim("b", at=AT, topics=["order_lifted"]) == []  # the other is on its way
    at = AT
    for _ in range(3 * ledger_outbox.MOST_ATTEMPTS):
        assert book.failed(first, at=at, fault="down") == "waiting"
        at += timedelta(seconds=60)
        (first,) = book.claim("a", at=at, topics=["order_in_force"])
    book.sent(first, at=at)
    assert [m.key for m in book.claim("b", at=at, topics=["order_lifted"])] == ["o1:order_lifted"]


def test_what_partners_exchange_is_claimed_by_name_alone(book):
    with book.desk(SYSTEM, at=AT, purpose="a test") as desk:
        desk.send(Message("x1", ledger_outbox.SIGNED, {}))
    assert "x1" not in [one.key for one in book.claim("a", at=AT)]
    assert [one.key for one in book.claim("b", at=AT, topics=(ledger_outbox.SIGNED,))] == ["x1"]
