import json
import socket
import threading

import pytest

from door_room import NOW_US, opened, transfer
from duanka.errors import Unavailable
from duanka.intercept.from_socket import SocketSource
from duanka.intercept.stream import LONGEST_LINE, Aside, consume


class Line:
    """A door listening in a thread, until it is left."""

    def __init__(self, tmp_path, address=("127.0.0.1", 0)):
        self.over = threading.Event()
        aside = Aside(tmp_path / "rejects.ndjson", None, "socket")
        self.source = SocketSource(address, aside, stopped=self.over.is_set)
        self.path = tmp_path / "door"
        self.thread = threading.Thread(target=self.run)

    def run(self):
        with opened(self.path) as door:
            self.tally = consume(door, self.source, now_us=NOW_US)
        self.source.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def dial(self):
        to = self.source.address
        family = socket.AF_UNIX if isinstance(to, str) else socket.AF_INET
        found = socket.socket(family)
        found.settimeout(120)
        found.connect(to)
        return found


def told(connection, data):
    """What the door says of these bytes, once nothing more is sent."""
    connection.sendall(data)
    connection.shutdown(socket.SHUT_WR)
    with connection.makefile("rb") as file:
        return [json.loads(one) for one in file]


def test_every_line_is_answered_in_order_on_its_own_connection(tmp_path):
    with Line(tmp_path) as line:
        one, other = line.dial(), line.dial()
        said = told(one, transfer(1).raw + b"\nnothing\n\n" + transfer(2).raw)
        more = told(other, transfer(1).raw + b"\n")
    assert [s.get("event_id") for s in said] == ["t1", None, "t2"]
    assert "not a JSON object" in said[1]["fault"]
    assert more[0]["duplicate"]
    assert (line.tally.taken, line.tally.repeated, line.tally.refused) == (2, 1, 1)
    assert "nothing" in (tmp_path / "rejects.ndjson").read_text()


def test_a_unix_socket_a_line_in_pieces_and_one_too_long(tmp_path):
    with Line(tmp_path, str(tmp_path / "s")) as line:
        connection = line.dial()
        raw = transfer(1).raw
        connection.sendall(raw[:20])
        connection.sendall(raw[20:] + b"\n" + b"x" * (2 * LONGEST_LINE))
        said = told(connection, b"yy\n" + transfer(2).raw + b"\n")
    assert [s.get("event_id") for s in said] == ["t1", None, "t2"]
    assert not (tmp_path / "s").exists()


def test_a_sender_that_hangs_up_harms_nobody(tmp_path):
    with Line(tmp_path) as line:
        gone = line.dial()
        gone.sendall(transfer(1).raw + b"\n" + transfer(2).raw)
        gone.close()
        assert told(line.dial(), transfer(3).raw)[0]["event_id"] == "t3"


def test_an_address_in_use_is_told(tmp_path):
    aside = Aside(tmp_path / "r", None, "s")
    taken = socket.create_server(("127.0.0.1", 0))
    with taken, pytest.raises(Unavailable, match="cannot listen"):
        SocketSource(taken.getsockname(), aside, stopped=lambda: True)
    aside.close()
