"""A chat hears what waits, as a real receiver sees it, and never of a card or a person."""

import http.server
import json
import sys
import threading

import pytest

from desks import at, finding, in_force, policy, sit
from duanka.cases import order
from duanka.errors import BadInput, Unavailable
from duanka.jobs.progress import Progress
from duanka.jobs.remind import remind
from duanka.jobs.send import send
from duanka.jobs.send_chat import to_chat, words
from duanka.store.ledger import SYSTEM, Message
from ledgers import ledger

CARD = "99622200001234567"


@pytest.fixture
def receiver():
    heard = []

    class Chat(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}/", heard
    server.shutdown()
    server.server_close()
    thread.join()


def test_those_in_charge_hear_what_is_late_and_no_card_number(receiver, tmp_path):
    url, heard = receiver
    book = ledger("sqlite", tmp_path)
    in_force(book, finding("restrict", card_id=CARD, holder_id="P777"))
    with sit(book, SYSTEM) as desk:
        order.propose(desk, finding("restrict", card_id=CARD + "9"), policy())
    told = remind(book, now=at(16), say=Progress())
    done = send(book, to_chat(url), clock=lambda: at(16))
    assert done.sent == told.overdue + told.reviews == len(heard) > 1
    bodies = [json.loads(text) for text in heard]
    assert any("超期" in body["title"] for body in bodies)
    assert any("复查" in body["title"] for body in bodies)
    for text in heard:
        for hidden in (CARD, "P777", "bank_1", "990101"):
            assert hidden not in text
    waiting = {topic for (topic, state) in book.outbox() if state == "waiting"}
    assert waiting == {"notice", "order_in_force"}, (
        "notices are for the holder, orders for the door"
    )
    book.close()


def test_a_chat_may_carry_nothing_else(receiver, tmp_path):
    book = ledger("sqlite", tmp_path)
    for topic in ("notice", "door", "discipline_in_force"):
        with pytest.raises(BadInput, match="may not go"):
            send(book, to_chat(receiver[0]), topics=[topic], clock=at)
    book.close()


def test_a_number_that_is_not_ours_is_not_named():
    body = {"what": "overdue", "kind": "lead", "id": CARD, "institution_id": "b", "due_at": "x"}
    message = Message("k", "reminder", body, "lead", f"b/{CARD}")
    assert CARD not in "".join(words(message))


def test_a_chat_that_is_away_is_tried_again(tmp_path):
    book = ledger("sqlite", tmp_path)
    with sit(book, SYSTEM) as desk:
        desk.send(Message("k", "reminder", {"what": "overdue", "kind": "case"}, "case", "c"))
    done = send(book, to_chat("json://127.0.0.1:9/"), clock=at)
    assert (done.sent, done.failed) == (0, 1)
    book.close()


def test_what_apprise_does_not_know_is_refused_and_without_it_the_extra_is_named(monkeypatch):
    with pytest.raises(BadInput, match="knows no address"):
        to_chat("nosuch://x")
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(Unavailable) as told:
        to_chat("json://127.0.0.1/")
    assert "notify" in told.value.fix
