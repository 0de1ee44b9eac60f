import pytest

from duanka.errors import NotAllowed
from duanka.web.access_log import AccessLog
from duanka.web.gate import Gate
from duanka.web.keys import Ring
from duanka.web.opened import web_folder
from duanka.web.problems import NoKey, TooMany
from duanka.web.rates import WRONG_PER_MINUTE, Rates
from web_room import key_for, rows

SCOPE = {"path": "/v1/answers/somebody", "client": ("192.0.2.7", 4711)}


@pytest.fixture
def gate(tmp_path):
    return Gate(Ring(web_folder(tmp_path)), Rates(), AccessLog(web_folder(tmp_path)))


def test_who_has_the_key_passes_without_a_row(gate, tmp_path):
    token = key_for(tmp_path, "answers:read")
    for told in (f"Bearer {token}", f"bearer {token}"):
        assert gate.admit(SCOPE, {b"authorization": told.encode()}, "answers:read").name == "test"
    assert rows(tmp_path) == []


@pytest.mark.parametrize(
    "told", [None, b"", b"Bearer", b"Bearer dk_x", b"Basic QWxhZGRpbjpvcGVu", b"\xff"]
)
def test_who_has_none_is_told_so_and_stands_in_the_log(gate, tmp_path, told):
    key_for(tmp_path)
    with pytest.raises(NoKey):
        gate.admit(SCOPE, {} if told is None else {b"authorization": told}, "answers:read")
    (row,) = rows(tmp_path)
    assert (row["outcome"], row["route"], row["client"]) == ("401", "/v1/answers", "192.0.2.7")
    assert "somebody" not in str(row)
    assert "dk_x" not in str(row)


def test_a_key_for_something_else_is_told_what_it_lacks_and_stands_in_the_log(gate, tmp_path):
    token = key_for(tmp_path, "events:write")
    with pytest.raises(NotAllowed) as told:
        gate.admit(SCOPE, {b"authorization": f"Bearer {token}".encode()}, "answers:read")
    assert not isinstance(told.value, NoKey)
    assert "answers:read" in told.value.what
    (row,) = rows(tmp_path)
    assert row["outcome"] == "403"
    assert row["key_id"] in token
    assert token not in str(row)


def test_who_guesses_is_stopped_before_the_log_is_full(gate, tmp_path):
    for _ in range(WRONG_PER_MINUTE):
        with pytest.raises(NoKey):
            gate.admit(SCOPE, {}, "answers:read")
    with pytest.raises(TooMany):
        gate.admit(SCOPE, {}, "answers:read")
    assert len(rows(tmp_path)) == WRONG_PER_MINUTE
