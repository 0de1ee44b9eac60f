from datetime import timedelta
from types import SimpleNamespace

import pytest

from duanka.errors import NotAllowed
from duanka.store.ledger import Viewer
from duanka.web.people import User
from duanka.web.session import COOKIE, IDLE, LONGEST, Sessions, meant
from ledgers import AT

USER = User(Viewer("ana", ("analyst",), ("*",), ("*",)), second_factor=False)


class Clock:
    at = AT

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


def asked(key):
    return SimpleNamespace(cookies={COOKIE: key})


def test_a_session_ends_by_idleness_and_by_age(clock):
    sessions = Sessions(clock)
    key = sessions.begin(USER)
    for _ in range(int(LONGEST / IDLE) * 2 - 1):
        clock.at += IDLE / 2
        assert sessions.of(asked(key)) is not None
    clock.at += IDLE / 2
    assert sessions.of(asked(key)) is None
    fresh = sessions.begin(USER)
    clock.at += IDLE + timedelta(seconds=1)
    assert sessions.of(asked(fresh)) is None


def test_every_entry_has_an_id_and_a_token_of_its_own(clock):
    sessions = Sessions(clock)
    one, two = sessions.begin(USER), sessions.begin(USER)
    assert one != two
    assert sessions.of(asked(one)).token != sessions.of(asked(two)).token
    sessions.end(asked(one))
    assert sessions.of(asked(one)) is None
    assert sessions.of(asked(two)) is not None
    assert sessions.of(asked("planted")) is None


@pytest.mark.parametrize("token", [None, "", "x", 7, "é"])
def test_a_form_without_the_token_is_refused(clock, token):
    sessions = Sessions(clock)
    session = sessions.of(asked(sessions.begin(USER)))
    with pytest.raises(NotAllowed):
        meant(session, token)
    meant(session, session.token)


def test_words_that_came_too_late_wait_for_their_writer_and_nobody_else(clock):
    sessions = Sessions(clock)
    key = sessions.begin(USER)
    assert not sessions.leave_words(asked(key), ("still in",))
    clock.at += IDLE
    assert sessions.of(asked(key)) is None
    assert sessions.leave_words(asked(key), ("one", "two"))
    assert not sessions.leave_words(asked(key), ())
    assert not sessions.leave_words(asked("planted"), ("x",))
    other = User(Viewer("bo", ("analyst",), ("*",), ("*",)), second_factor=False)
    assert sessions.of(asked(sessions.begin(other))).left == ()
    assert sessions.of(asked(sessions.begin(USER))).left == ("one", "two")
    assert sessions.of(asked(sessions.begin(USER))).left == ()


def test_who_left_by_themselves_leaves_no_words(clock):
    sessions = Sessions(clock)
    key = sessions.begin(USER)
    sessions.end(asked(key))
    assert not sessions.leave_words(asked(key), ("x",))
