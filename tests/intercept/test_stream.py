import json

import msgspec
import pytest

from door_room import NOW_US, judges, label, opened, transfer
from duanka.errors import Unavailable
from duanka.intercept import keeping, stream
from duanka.intercept.answers import Refused
from duanka.intercept.stream import Aside, Message, consume


class Given:
    """A source that a test can look into: what it was asked and told, in order."""

    def __init__(self, *batches):
        self.left = [[Message(raw, f"line {n}") for n, raw in enumerate(one)] for one in batches]
        self.marked = []
        self.aside = []

    def read(self):
        return self.left.pop(0) if self.left else None

    def done(self, messages, said):
        self.marked.append((len(messages), len(said)))

    def reject(self, message, refused):
        self.aside.append((message.where, refused.fault))

    def close(self):
        pass


def test_good_messages_are_taken_and_bad_ones_set_aside_with_their_reason(tmp_path):
    long = b'{"kind":"' + b"x" * stream.LONGEST_LINE + b'"}'
    source = Given([transfer(1).raw, b"{", long, label("b1", 2).raw], [], [transfer(1).raw])
    with opened(tmp_path) as door:
        tally = consume(door, source, now_us=NOW_US)
        assert door.counters["taken.transfer"] == 1
    assert (tally.read, tally.taken, tally.repeated, tally.refused) == (5, 2, 1, 2)
    assert sum(tally.answers.values()) == 1
    assert [where for where, _ in source.aside] == ["line 1", "line 2"]
    assert "not a JSON object" in source.aside[0][1]
    assert "bytes" in source.aside[1][1]
    assert source.marked == [(4, 4), (1, 1)]


def test_nothing_is_marked_as_read_that_the_log_does_not_have(tmp_path):
    source = Given([transfer(1).raw])
    with opened(tmp_path) as door:
        door._held.log._broken = "No space left on device"
        with pytest.raises(Unavailable):
            consume(door, source, now_us=NOW_US)
    assert source.marked == []


def test_what_is_set_aside_can_be_read_and_sent_again(tmp_path):
    aside = Aside(tmp_path / "new" / "rejects.ndjson", tmp_path / "answers.ndjson", "here")
    aside.reject(Message(b'{"kind":"\xff"}', "line 3"), Refused(None, "why", "do"))
    with opened(tmp_path / "door") as door:
        said = door.take([transfer(1)], now_us=NOW_US)
    aside.answer([*said, Refused("x", "why", "do")])
    aside.close()
    told = json.loads((tmp_path / "new" / "rejects.ndjson").read_text())
    assert told == {
        "source": "here",
        "where": "line 3",
        "fault": "why",
        "fix": "do",
        "raw": '{"kind":"\\xff"}',
    }
    lines = (tmp_path / "answers.ndjson").read_bytes().splitlines()
    assert [msgspec.json.decode(one)["event_id"] for one in lines] == ["t1"]


def test_a_stream_keeps_no_longer_log_than_policy_lets_and_has_snapshots(tmp_path):
    span = keeping.span_us(judges().terms.policy, NOW_US)
    with opened(tmp_path, segment_bytes=500) as door:
        for n in range(60):
            now = NOW_US + n * span // 20
            source = Given([transfer(n, now / 1e6 - NOW_US / 1e6).raw], [])
            consume(door, source, now_us=now, tended_every_s=0)
        assert door.counters["log_parts_removed"] > 0
        assert door.counters["snapshots"] >= 60
        assert door._held.log.begins() > 0


def test_a_snapshot_that_the_disk_refuses_does_not_end_the_stream(tmp_path, caplog, monkeypatch):
    def refuses(*_):
        raise Unavailable("no room")

    source = Given([transfer(1).raw], [transfer(2).raw])
    with opened(tmp_path) as door:
        with monkeypatch.context() as patched:
            patched.setattr(door._held.folder, "keep", refuses)
            assert consume(door, source, now_us=NOW_US, tended_every_s=0).taken == 2
        assert "no snapshot: no room" in caplog.text
