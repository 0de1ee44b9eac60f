from __future__ import annotations

import http.client
import json
import socket
import threading

import msgspec
import pytest

from duanka.web import swift
from web_room import StandIn, key_for, rows, served, transfer, unavailable

STRAIGHT, ROUND = "application/json", "application/json; charset=utf-8"


def post(wire, token, body, kind=STRAIGHT):
    """Status, headers without the date, and body of one request on a connection that stays open."""
    wire.request("POST", "/v1/events", body, {"authorization": f"Bearer {token}", "content-type": kind})  # fmt: skip
    got = wire.getresponse()
    headers = sorted((k.lower(), v) for k, v in got.getheaders() if k.lower() != "date")
    return got.status, headers, got.read()


def body(name="t1", **more):
    return msgspec.json.encode(transfer(name, **more))


def request(token, told, more=b"", version=b"1.1"):
    return (
        b"POST /v1/events HTTP/%s\r\nhost: x\r\nauthorization: Bearer %s\r\n%scontent-type: "
        b"application/json\r\ncontent-length: %d\r\n\r\n%s"
    ) % (version, token.encode(), more, len(told), told)


@pytest.mark.parametrize(
    "told",
    [body(), b"{", body(amount_fen=-1), b"[]", b"", json.dumps({"kind": "opening"}).encode()],
)
def test_what_goes_straight_is_told_the_same_as_what_goes_round(tmp_path, told):
    token = key_for(tmp_path, "events:write")
    with served(tmp_path) as (port, door):
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        first, second = (post(wire, token, told, kind) for kind in (STRAIGHT, ROUND))
        wire.close()
        assert first[:2] == second[:2] or first[0] == second[0] == 200
        if first[0] == 200:
            assert json.loads(second[2]) == {**json.loads(first[2]), "duplicate": True}
            assert len(door.said) == 1
        else:
            assert first[2] == second[2]
            assert not door.said


def test_who_has_no_key_is_refused_and_stands_in_the_log_once(tmp_path):
    with served(tmp_path) as (port, _):
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        assert post(wire, "dk_no", body())[0] == 401
        wire.close()
    assert [row["outcome"] for row in rows(tmp_path)] == ["401"]


@pytest.mark.parametrize(("fault", "status"), [(unavailable(), 503), (RuntimeError("odd"), 503)])
def test_a_door_that_fails_is_told_and_the_connection_goes_on(tmp_path, fault, status):
    token, door = key_for(tmp_path), StandIn()
    with served(tmp_path, door) as (port, _):
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        door.fault = fault
        got = post(wire, token, body())
        assert (got[0], b"Traceback" in got[2]) == (status, False)
        wire.close()


def answers(port, *parts):
    """All that comes back of what is sent in parts, until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
        for part in parts:
            wire.sendall(part)
        found = b""
        while got := wire.recv(65_536):
            found += got
        return found


def test_odd_requests_are_answered_all_the_same(tmp_path):
    token = key_for(tmp_path)
    last = request(token, body("last"), b"connection: close\r\n")
    with served(tmp_path) as (port, door):
        found = answers(port, request(token, body("a")) + request(token, body("b")) + last)
        assert found.count(b"HTTP/1.1 200") == 3
        assert found.index(b'"a"') < found.index(b'"b"') < found.index(b'"last"')
        assert found.count(b"connection: close") == 1
        assert answers(port, request(token, body("c"), version=b"1.0")).count(b" 200 ") == 1
        waits = request(token, body("d"), b"expect: 100-continue\r\nconnection: close\r\n")
        assert b" 200 " in answers(port, waits)
        assert {json.loads(body(n))["transfer_id"] for n in "abcd"} <= {
            one.event_id for one in door.said.values()
        }


def test_a_body_that_comes_in_parts_is_waited_for(tmp_path):
    token = key_for(tmp_path)
    whole = request(token, body(), b"expect: 100-continue\r\nconnection: close\r\n")
    with served(tmp_path) as (port, door):
        for cut in (len(whole) - len(body()), len(whole) - 1):
            with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
                wire.sendall(whole[:cut])
                assert wire.recv(65_536).startswith(b"HTTP/1.1 100")  # it has the head
                wire.sendall(whole[cut:])
                assert wire.recv(65_536).startswith(b"HTTP/1.1 200")
        assert len(door.said) == 1


def test_who_leaves_before_the_answer_holds_up_nobody(tmp_path):
    token, door = key_for(tmp_path), StandIn()
    with served(tmp_path, door) as (port, _):
        door.opened.clear()
        door.entered.clear()
        gone = socket.create_connection(("127.0.0.1", port), timeout=30)
        gone.sendall(request(token, body("gone")))
        assert door.entered.wait(30)
        gone.close()
        timer = threading.Timer(0, door.opened.set)
        timer.start()
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        assert post(wire, token, body("stays"))[0] == 200
        wire.close()
        timer.join()


def test_only_whole_requests_to_the_two_addresses_go_straight():
    assert {b"/v1/events", b"/v1/openings"} == swift.STRAIGHT
