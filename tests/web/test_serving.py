import http.client
import resource
import socket
import ssl
import threading
from contextlib import suppress

import pytest

from certificates import certificate
from duanka.errors import BadInput, Unavailable
from duanka.web import serving
from duanka.web.reading import MOST_BYTES
from duanka.web.serving import Patience, Place
from web_room import StandIn, bearer, key_for, lines, served, transfer


def post(port, body, token, **headers):
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    wire.request("POST", "/v1/events", body, {**bearer(token), **headers})
    got = wire.getresponse()
    told = got.status, got.read()
    wire.close()
    return told


def raw(port, *parts):
    """All that comes back on one connection until the server closes it."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
        for part in parts:
            try:
                wire.sendall(part)
            except OSError:
                break
        found = b""
        try:
            while got := wire.recv(65_536):
                found += got
        except ConnectionResetError:
            pass
        return found


def head(token, length, more=b""):
    return (
        b"POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer "
        + token.encode()
        + b"\r\ncontent-length: %d\r\n%s\r\n" % (length, more)
    )


def test_events_are_answered_over_a_socket(tmp_path):
    token = key_for(tmp_path)
    with served(tmp_path) as (port, door):
        status, body = post(port, lines(transfer()), token)
        assert (status, b'"allow"' in body) == (200, True)
        assert post(port, b"{}", token)[0] == 422
        assert post(port, lines(transfer()), "dk_no")[0] == 401
    assert len(door.said) == 1


@pytest.mark.parametrize(
    "words",
    [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\ncontent-length: x\r\n\r\n",
        b"POST /v1/events HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"GET /\x00 HTTP/1.1\r\n\r\n",
    ],
)
def test_who_does_not_speak_http_is_told_so_and_the_next_is_served(tmp_path, words):
    token = key_for(tmp_path)
    with served(tmp_path) as (port, _):
        told = raw(port, words)
        assert told.startswith(b"HTTP/1.1 4")
        assert b"Traceback" not in told
        assert post(port, lines(transfer()), token)[0] == 200


def test_headers_without_end_are_cut_off(tmp_path):
    with served(tmp_path) as (port, _):
        told = raw(port, b"GET / HTTP/1.1\r\n", *[b"x: " + b"y" * 8_000 + b"\r\n"] * 40)
        assert told == b"" or told.startswith(b"HTTP/1.1 431")
        assert raw(port, b"GET /", b"y" * 200_000)[:12] in {b"", b"HTTP/1.1 431"}


def test_a_body_that_is_too_large_is_cut_off_while_it_is_read(tmp_path):
    token = key_for(tmp_path)
    with served(tmp_path) as (port, door):
        assert raw(port, head(token, MOST_BYTES + 1)).startswith(b"HTTP/1.1 413")
        chunked = head(token, 0).replace(b"content-length: 0", b"transfer-encoding: chunked")
        parts = [b"10000\r\n" + b" " * 65_536 + b"\r\n"] * (MOST_BYTES // 65_536 + 8)
        told = raw(port, chunked, *parts)
        assert told == b"" or told.startswith(b"HTTP/1.1 413")
        assert post(port, lines(transfer()), token)[0] == 200
    assert len(door.said) == 1


def test_who_dribbles_is_cut_off_and_holds_up_nobody(tmp_path):
    token = key_for(tmp_path)
    with served(tmp_path, patience=Patience(head=0.2, body=0.2)) as (port, _):
        slow = []
        for words in (b"", b"POST /v1/ev", head(token, 100), head(token, 100) + b"{"):
            slow.append(socket.create_connection(("127.0.0.1", port), timeout=30))
            slow[-1].sendall(words)
        assert post(port, lines(transfer()), token)[0] == 200
        for wire in slow:
            with suppress(ConnectionResetError):
                assert wire.recv(100) == b""
            wire.close()


def test_a_second_request_that_dribbles_is_cut_off_too(tmp_path):
    token = key_for(tmp_path)
    with served(tmp_path, patience=Patience(head=0.2)) as (port, _):
        body = lines(transfer())
        with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
            wire.sendall(head(token, len(body)) + body)
            assert wire.recv(65_536).startswith(b"HTTP/1.1 200")
            wire.sendall(b"POST /v1/eve")
            rest = b"x"
            try:
                while rest:
                    rest = wire.recv(65_536)
            except ConnectionResetError:
                pass


def test_a_thousand_open_connections_are_survived(tmp_path):
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8_192), most))
    token = key_for(tmp_path)
    try:
        with served(tmp_path) as (port, door):
            idle = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(1_000)]
            body = lines(transfer())
            assert post(port, body, token)[0] == 200
            for wire in idle:
                wire.sendall(head(token, len(body)) + body)
            assert all(wire.recv(65_536).startswith(b"HTTP/1.1 200") for wire in idle)
            for wire in idle:
                wire.close()
            assert post(port, body, token)[0] == 200
        assert len(door.said) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))


def test_stopping_answers_what_is_on_its_way(tmp_path):
    token = key_for(tmp_path)
    door, found = StandIn(), []
    with served(tmp_path, door) as (port, _):
        door.opened.clear()
        door.entered.clear()
        asking = threading.Thread(target=lambda: found.append(post(port, lines(transfer()), token)))
        asking.start()
        assert door.entered.wait(30)
    asking.join(30)
    assert found[0][0] == 200


def test_with_a_certificate_it_speaks_tls_and_nothing_else(tmp_path):
    cert, private = certificate(tmp_path)
    place = Place(port=0, cert=cert, key_file=private)
    token = key_for(tmp_path)
    with served(tmp_path, place=place) as (port, _):
        trust = ssl.create_default_context(cafile=str(cert))
        wire = http.client.HTTPSConnection("localhost", port, timeout=30, context=trust)
        wire.request("POST", "/v1/events", lines(transfer()), bearer(token))
        got = wire.getresponse()
        assert (got.status, b"allow" in got.read()) == (200, True)
        wire.request("GET", "/v1/health")
        assert wire.getresponse().getheader("strict-transport-security")
        wire.close()
        assert b"200" not in raw(port, head(token, 0))[:20]


def test_a_certificate_that_will_not_do_is_told(tmp_path):
    cert, private = certificate(tmp_path)
    for place in (
        Place(cert=tmp_path / "none.pem", key_file=private),
        Place(cert=private, key_file=cert),
    ):
        with pytest.raises(BadInput):
            serving.server_of(lambda *_: None, place, announce=lambda: None)
    with pytest.raises(BadInput):
        serving.listen(Place(port=0, cert=cert))


def test_a_place_that_is_taken_or_is_none_is_told():
    with serving.listen(Place(port=0)) as listener:
        with pytest.raises(Unavailable) as told:
            serving.listen(Place(port=listener.getsockname()[1]))
        assert "--port" in told.value.fix
    with pytest.raises(BadInput):
        serving.listen(Place(port=70_000))
    with pytest.raises(BadInput):
        serving.listen(Place(host="no such host"))


def test_the_address_is_what_a_browser_wants():
    with serving.listen(Place(port=0)) as listener:
        port = listener.getsockname()[1]
        assert serving.address(listener, Place()) == f"http://127.0.0.1:{port}"


def test_only_who_keeps_the_server_waiting_is_cut_off(tmp_path):
    token = key_for(tmp_path)
    with served(tmp_path, patience=Patience(head=0.2, body=0.2)) as (port, door):
        door.opened.clear()
        door.entered.clear()
        found = []
        asking = threading.Thread(target=lambda: found.append(post(port, lines(transfer()), token)))
        asking.start()
        assert door.entered.wait(30)
        idle = socket.create_connection(("127.0.0.1", port), timeout=30)
        with idle, suppress(ConnectionResetError):
            assert idle.recv(1) == b""
        door.opened.set()
        asking.join(30)
        assert found[0][0] == 200
