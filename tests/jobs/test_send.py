"""Sending: to a folder or an address, tried again, never lost, and heard by the door within a second."""

import http.server
import json
import threading
from typing import ClassVar

import pytest

from desks import at, finding, in_force, policy, sit
from duanka.cases import order
from duanka.errors import BadInput
from duanka.jobs.send import POLL_S, follow, send, to_address, to_folder
from duanka.store.ledger import SYSTEM, Wanted, open_ledger
from killing import killed
from ledgers import AT, BOTH, OFFICER_2, ledger, made_url


class Listener(http.server.BaseHTTPRequestHandler):
    """Takes what is posted; refuses while `down` is set."""

    down = False
    heard: ClassVar[list] = []
    word = threading.Event()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.down:
            self.send_error(503)
            return
        type(self).heard.append((self.headers["Idempotency-Key"], json.loads(body)))
        self.send_response(204)
        self.end_headers()
        type(self).word.set()

    def log_message(self, *_):
        return


@pytest.fixture
def listener():
    class Mine(Listener):
        heard: ClassVar[list] = []
        word = threading.Event()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mine)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Mine.url = f"http://127.0.0.1:{server.server_port}/v1/events"
    yield Mine
    server.shutdown()
    server.server_close()


def test_notices_go_to_a_folder_and_their_delivery_is_written_down(tmp_path):
    book = ledger("sqlite", tmp_path)
    made = in_force(book, finding("restrict"))
    done = send(book, to_folder(tmp_path / "out"), clock=lambda: at(0, 1))
    assert vars(done) == {"sent": 2, "failed": 0, "given_up": 0, "overtaken": 0}
    (file,) = (tmp_path / "out" / "notice").glob("*.json")
    assert "申诉" in json.loads(file.read_text(encoding="utf-8"))["text"]["zh"]
    with book.read(SYSTEM, at=AT) as desk:
        kept = desk.get("notice", made.body["notice_id"])
        looks = [row for row in desk.history("notice", kept.id) if row.act == "look"]
    assert (kept.state, kept.body["channel"], len(kept.body["proof"])) == ("delivered", "file", 64)
    assert [row.purpose for row in looks] == ["delivery of a notice"]
    assert send(book, to_folder(tmp_path / "out"), clock=lambda: at(0, 1)).sent == 0


def test_an_address_that_is_down_is_tried_again(listener, tmp_path):
    book = ledger("sqlite", tmp_path)
    in_force(book, finding("restrict"))
    listener.down = True
    carrier = to_address(listener.url)
    topics = ["order_in_force"]
    assert vars(send(book, carrier, topics=topics, clock=lambda: AT)) == {
        "sent": 0, "failed": 1, "given_up": 0, "overtaken": 0,
    }  # fmt: skip
    listener.down = False
    assert send(book, carrier, topics=topics, clock=lambda: AT).sent == 0
    assert send(book, carrier, topics=topics, clock=lambda: at(0, 1)).sent == 1
    ((key, body),) = listener.heard
    assert (key, body["state"]) == (f"{body['order_id']}:in_force", "in_force")


def test_the_door_hears_of_a_lift_within_a_second(listener, tmp_path):
    book = ledger("sqlite", tmp_path)
    made = in_force(book, finding("restrict"))
    stop = threading.Event()
    topics = ("order_lifted",)
    sender = threading.Thread(
        target=follow,
        args=(book, to_address(listener.url)),
        kwargs={"topics": topics, "stop": stop},
    )
    sender.start()
    try:
        with sit(book, OFFICER_2, at(1)) as desk:
            order.lift(desk, made, policy(), because="review")
        assert listener.word.wait(timeout=30)
    finally:
        stop.set()
        sender.join()
    ((_, body),) = listener.heard
    assert (body["order_id"], body["state"]) == (made.id, "lifted")
    assert POLL_S <= 0.5


def test_a_lift_is_not_undone_by_word_of_its_order_that_comes_later(listener, tmp_path):
    book = ledger("sqlite", tmp_path)
    made = in_force(book, finding("restrict"))
    carrier = to_address(listener.url, token="k")  # noqa: S106 - a key of no server
    listener.down = True
    send(book, carrier, topics=["door"], clock=lambda: AT)
    listener.down = False
    with sit(book, OFFICER_2, AT) as desk:
        order.lift(desk, made, policy(), because="review")
    assert send(book, carrier, topics=["door"], clock=lambda: AT).sent == 1
    done = send(book, carrier, topics=["door"], clock=lambda: at(0, 1))
    assert (done.sent, done.overtaken) == (0, 1)
    assert [body["state"] for _, body in listener.heard] == ["lifted"]


def test_an_address_is_one_of_http():
    with pytest.raises(BadInput):
        to_address("ftp://somewhere")


@pytest.mark.parametrize("dialect", BOTH)
def test_killed_in_the_middle_nothing_is_lost(dialect, tmp_path):
    url, keys = made_url(dialect, tmp_path), tmp_path / "keys"
    book = open_ledger(url, keys=keys)
    for i in range(3):
        in_force(book, finding("verify_transaction", card_id=f"A{i}"))
    book.close()
    work = (
        "from duanka.jobs.send import send, to_folder\n"
        f"send(book, to_folder(Path({str(tmp_path / 'out')!r})), clock=lambda: now)\n"
    )
    assert killed(work, url=url, keys=keys, now=at(0, 1).isoformat(), steps=3) == -9
    book = open_ledger(url, keys=keys)
    send(book, to_folder(tmp_path / "out"), clock=lambda: at(0, 2))
    assert set(book.outbox().values()) == {3}
    assert {state for _, state in book.outbox()} == {"sent"}
    with book.read(SYSTEM, at=AT) as desk:
        assert {one.state for one in desk.find(Wanted("notice"))} == {"delivered"}
    assert len(list((tmp_path / "out").rglob("*.json"))) == 6
