import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.errors import BadInput, Unavailable
from duanka.intercept.log import Log


def told(log, place=0):
    return [record.payload for record in log.replay(place)]


def test_what_was_appended_is_read_again_after_a_new_start(tmp_path):
    log = Log(tmp_path, segment_bytes=400)
    sent = [bytes([n]) * (n * 40) for n in range(20)]
    places = [log.append(one) for one in sent]
    assert log.segment_count > 3
    log.close()
    again = Log(tmp_path, segment_bytes=400)
    assert told(again) == sent
    assert told(again, places[7]) == sent[7:]
    assert again.read(places[13]).payload == sent[13]
    assert again.next_number == 20
    assert again.append(b"more") == log.end
    assert [r.number for r in again.replay()] == list(range(21))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2_000), st.binary(max_size=50))
def test_wherever_a_write_is_torn_the_whole_records_stay(tmp_path_factory, cut, dirt):
    folder = tmp_path_factory.mktemp("log")
    log = Log(folder)
    sent = [os.urandom(n * 11) for n in range(1, 15)]
    ends = [(log.append(one), log.end)[1] for one in sent]
    log.close()
    path = next(folder.glob("*.log"))
    whole = path.read_bytes()
    cut = min(cut, len(whole))
    path.write_bytes(whole[:cut] + dirt)
    again = Log(folder)
    left = sum(end <= cut for end in ends)
    assert told(again) == sent[:left]
    assert again.next_number == left
    again.append(b"after")
    assert told(Log(folder)) == [*sent[:left], b"after"]


def test_a_fault_before_the_end_is_refused_and_nothing_is_cut(tmp_path):
    log = Log(tmp_path)
    places = [log.append(bytes([n]) * 100) for n in range(5)]
    log.close()
    path = next(tmp_path.glob("*.log"))
    bytes_ = bytearray(path.read_bytes())
    bytes_[places[2] + 60] ^= 1
    path.write_bytes(bytes_)
    with pytest.raises(BadInput, match="damaged"):
        Log(tmp_path)
    assert path.read_bytes() == bytes_


def test_a_missing_segment_is_refused(tmp_path):
    log = Log(tmp_path, segment_bytes=100)
    for _ in range(6):
        log.append(os.urandom(90))
    log.close()
    sorted(tmp_path.glob("*.log"))[2].unlink()
    with pytest.raises(BadInput, match="breaks off"):
        Log(tmp_path, segment_bytes=100)


def test_a_segment_that_was_only_begun_goes_on(tmp_path):
    log = Log(tmp_path, segment_bytes=100)
    sent = [os.urandom(150), os.urandom(150)]
    for one in sent:
        log.append(one)
    log.close()
    (tmp_path / f"{log.end:020d}.log").touch()
    again = Log(tmp_path, segment_bytes=100)
    assert again.next_number == 2
    again.append(b"third")
    assert told(again) == [*sent, b"third"]


def test_old_segments_can_be_let_go(tmp_path):
    log = Log(tmp_path, segment_bytes=100)
    places = [log.append(os.urandom(150)) for _ in range(6)]
    assert log.forget(places[3]) == 3
    assert log.begins() == places[3]
    assert [r.number for r in log.replay(places[4])] == [4, 5]
    with pytest.raises(BadInput):
        list(log.replay(places[1]))
    log.close()
    assert Log(tmp_path, segment_bytes=100).next_number == 6


def test_a_disk_that_refuses_is_told_and_the_log_takes_no_more(tmp_path):
    log = Log(tmp_path)
    log.append(b"one")
    log._file.close()
    log._file = open("/dev/full", "ab", buffering=0)  # noqa: SIM115, PTH123
    for _ in range(2):
        with pytest.raises(Unavailable, match="No space left"):
            log.append(b"two")
    assert told(Log(tmp_path)) == [b"one"]


def test_noughts_laid_ahead_are_no_records_and_no_damage(tmp_path):
    log = Log(tmp_path, segment_bytes=100_000)
    sent = [os.urandom(900) for _ in range(150)]
    for one in sent:
        log.append(one)
    paths = sorted(tmp_path.glob("*.log"))
    assert len(paths) == 2
    laid = paths[-1].read_bytes()
    assert laid.endswith(bytes(10_000))  # the process was killed: nobody has closed the log
    again = Log(tmp_path, segment_bytes=100_000)
    assert again.cut_bytes == 0
    assert told(again) == sent
    place = again.append(b"more")
    assert paths[-1].stat().st_size == len(laid)
    assert again.read(place).payload == b"more"
    again.close()
    assert paths[-1].stat().st_size == again.end - int(paths[-1].stem)


def test_a_torn_record_among_noughts_is_cut_off(tmp_path):
    log = Log(tmp_path)
    log.append(b"one" * 50)
    end = log.end
    log.append(b"two" * 50)
    path = next(tmp_path.glob("*.log"))
    held = bytearray(path.read_bytes())
    held[end + 40 : end + 60] = bytes(20)
    path.write_bytes(held)
    again = Log(tmp_path)
    assert told(again) == [b"one" * 50]
    assert again.cut_bytes == log.end - end
    again.append(b"three")
    again.close()
    assert told(Log(tmp_path)) == [b"one" * 50, b"three"]
