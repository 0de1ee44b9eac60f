"""The ledger on both databases: versions, races, idempotency, outbox, rotation, what it refuses."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from duanka.errors import BadInput, Conflict, NotAllowed, NotFound, Unavailable
from duanka.store import seal
from duanka.store.ledger import SYSTEM, Message, Record, Wanted, open_ledger
from ledgers import ANALYST, AT, BOTH, empty_url, ledger

CASE = Record("case", "c1", "bank_1", "990101", "open", {"why": "x"}, about="account:A1")


@pytest.fixture(params=BOTH)
def book(request, tmp_path):
    made = ledger(request.param, tmp_path)
    yield made
    made.close()


def desk(book, viewer=ANALYST, at=AT, purpose="a test"):
    return book.desk(viewer, at=at, purpose=purpose)


def test_a_record_is_kept_with_its_history(book):
    with desk(book) as one:
        first = one.write(CASE, act="open", personal={"name": "某某"})
        second = one.write(replace(first, state="assigned", weight=7), act="assign")
    assert (first.version, second.version) == (1, 2)
    with book.read(ANALYST, at=AT) as one:
        kept = one.get("case", "c1")
        acts = [(row.act, row.version, row.actor, row.purpose) for row in one.history("case", "c1")]
    assert (kept.state, kept.weight, kept.body, kept.personal) == ("assigned", 7, CASE.body, None)
    assert acts == [("open", 1, "ana", "a test"), ("assign", 2, "ana", "a test")]


def test_all_of_a_desk_is_kept_or_none_of_it(book):
    def half():
        with desk(book) as one:
            one.write(CASE, act="open", personal={"name": "x"})
            one.send(Message("m1", "notice", {"a": 1}))
            one.remember("k1", "done")
            one.get("case", "nobody knows it")

    with pytest.raises(NotFound):
        half()
    with book.read(ANALYST, at=AT) as one:
        assert one.find(Wanted("case")) == []
        assert one.done("k1") is None
    assert book.outbox() == {}
    assert book.verify().rows == 0


def test_of_two_writers_one_wins_and_the_other_is_told(book):
    with desk(book) as one:
        one.write(CASE, act="open")
    with book.read(ANALYST, at=AT) as one:
        seen = one.get("case", "c1")
    gate, ended = threading.Barrier(2), []

    def write(name):
        gate.wait()
        try:
            with desk(book) as one:
                one.write(seen.but("assigned", by=name), act="assign")
            ended.append("won")
        except Conflict:
            ended.append("conflict")

    both = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(ended) == ["conflict", "won"]
    found = book.verify()
    assert found.whole
    assert found.rows == 2


def test_many_writers_lose_nothing(book):
    def write(i):
        for j in range(5):
            with desk(book) as one:
                one.write(replace(CASE, id=f"c{i}-{j}"), act="open")

    threads = [threading.Thread(target=write, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = book.verify()
    assert found.whole
    assert (found.rows, found.records) == (20, 20)


def test_two_that_make_the_same_record_or_do_the_same_thing_do_it_once(book):
    with desk(book) as one:
        one.write(CASE, act="open")
        one.remember("job:1", "made c1")
    with pytest.raises(Conflict), desk(book) as one:
        one.write(CASE, act="open")
    with pytest.raises(Conflict), desk(book) as one:
        one.remember("job:1", "again")
    with book.read(ANALYST, at=AT) as one:
        assert one.done("job:1") == "made c1"


def test_an_old_version_is_refused(book):
    with desk(book) as one:
        kept = one.write(CASE, act="open")
        one.write(kept.but("assigned"), act="assign")
    with pytest.raises(Conflict), desk(book) as one:
        one.get("case", "c1", version=1)
    with pytest.raises(Conflict), desk(book) as one:
        one.write(kept.but("closed"), act="close")


def test_nothing_is_done_without_a_purpose(book):
    with pytest.raises(NotAllowed), desk(book, purpose=" ") as one:
        one.write(CASE, act="open")
    with book.read(ANALYST, at=AT) as one, pytest.raises(NotAllowed):
        one.send(Message("m", "notice", {}))


@pytest.mark.parametrize("suite", ["intl", "gm"])
@pytest.mark.parametrize("dialect", BOTH)
def test_keys_turn_without_breaking_the_chain(dialect, suite, tmp_path):
    book = ledger(dialect, tmp_path, suite)
    with desk(book) as one:
        for i in range(7):
            one.write(replace(CASE, id=f"c{i}"), act="open", personal={"name": f"某{i}"})
    mark = book.checkpoint(at=AT)
    ring = seal.turned(book.ring)
    assert book.rotate(ring, at=AT) == 7
    assert book.rotate(ring, at=AT) == 0
    only_new = replace(ring, sealing=ring.sealing[-1:])
    book.ring = only_new
    with desk(book) as one:
        assert one.look("case", "c3").personal == {"name": "某3"}
    assert book.verify(anchors=[mark]).whole


def test_what_is_erased_is_gone_and_the_chain_still_whole(book):
    with desk(book) as one:
        kept = one.write(CASE, act="open", personal={"name": "某"})
        assert one.erase(kept) == 1
        assert one.look("case", "c1").personal == {}
        assert one.erase(kept) == 0
    assert book.verify().whole


def test_a_message_is_claimed_by_one_sender_sent_or_tried_again(book):
    with desk(book) as one:
        one.send(Message("m1", "order", {"n": 1}))
        one.send(Message("m1", "order", {"n": 1}))
        one.send(Message("m2", "notice", {"n": 2}, due_at=AT + timedelta(hours=1)))
    mine = book.claim("a", at=AT)
    assert [message.key for message in mine] == ["m1"]
    assert book.claim("b", at=AT) == []
    late = AT + timedelta(seconds=61)
    again = book.claim("b", at=late)
    assert [message.key for message in again] == ["m1"]
    assert book.failed(again[0], at=late, fault="no answer") == "waiting"
    assert book.claim("b", at=late) == []
    later = book.claim("b", at=late + timedelta(seconds=5), topics=["order"])
    assert [message.attempts for message in later] == [1]
    book.sent(later[0], at=late)
    assert book.outbox() == {("order", "sent"): 1, ("notice", "waiting"): 1}
    hour = book.claim("b", at=AT + timedelta(hours=2))
    assert [message.body for message in hour] == [{"n": 2}]


def test_a_message_that_never_goes_is_given_up_and_can_be_seen(book):
    with desk(book) as one:
        one.send(Message("m1", "order", {}))
    at, states = AT, []
    while claimed := book.claim("a", at=at):
        states.append(book.failed(claimed[0], at=at, fault="x" * 500))
        at += timedelta(hours=2)
    assert states == ["waiting"] * 11 + ["given_up"]


@pytest.mark.parametrize("dialect", BOTH)
def test_a_ledger_is_opened_again_with_its_keys_and_only_with_them(dialect, tmp_path):
    url, keys = empty_url(dialect, tmp_path), tmp_path / "keys"
    book = open_ledger(url, keys=keys)
    with desk(book) as one:
        one.write(CASE, act="open", personal={"name": "某"})
    book.close()
    assert keys.stat().st_mode & 0o077 == 0
    again = open_ledger(url, keys=keys)
    with desk(again) as one:
        assert one.look("case", "c1").personal == {"name": "某"}
    again.close()
    with pytest.raises(BadInput, match="cannot be read"):
        open_ledger(url, keys=tmp_path / "lost")
    other = tmp_path / "other"
    seal.keep(seal.new_ring(), other)
    with pytest.raises(BadInput, match="another ledger"):
        open_ledger(url, keys=other)


def test_a_database_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadInput, match="key file"):
        open_ledger("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable, match="does not answer"):
        open_ledger("postgresql://nobody@127.0.0.1:1/none", keys=tmp_path / "k")
    with pytest.raises(Unavailable, match="does not answer"):
        open_ledger(str(tmp_path / "no" / "folder" / "l.db"))
    with pytest.raises(BadInput, match="does not lie at"):
        open_ledger("mysql://x/y", keys=tmp_path / "k")


def test_the_system_sees_every_record(book):
    with desk(book) as one:
        one.write(CASE, act="open")
    with book.read(SYSTEM, at=AT) as one:
        assert one.has("case", "c1")
        assert one.count(Wanted("case")) == {"open": 1}
