import json

import pytest

from certificates import certificate
from duanka.errors import BadInput, Unavailable
from duanka.jobs import leads_send
from duanka.leads import told
from duanka.store.ledger import SYSTEM
from duanka.web import serving
from leads_room import LEAD, UNIT, Clock, enrolled, party_of, policy, served
from ledgers import AT, ledger


@pytest.fixture
def party(tmp_path):
    book = ledger("sqlite", tmp_path)
    enrolled(book, "bank_2", kind="bank", address="https://bank.example")
    with book.desk(SYSTEM, at=AT, purpose="t") as desk:
        told.tell(
            desk, LEAD, to=desk.get("partner", "bank_2"), unit=UNIT, regime=policy().at(AT.date())
        )
    yield party_of(book, "bank_1", Clock())
    book.close()


def state(party):
    with party.book.read(SYSTEM, at=AT) as desk:
        return desk.get("told_lead", "bank_2:L1").state


def test_a_lead_that_the_partner_will_not_take_is_refused_for_good(party):
    def post(url, body):
        assert url == "https://bank.example/v1/exchange"
        assert json.loads(body)["duankato"] == "bank_2"
        return 422, b'{"detail": "no such kind"}'

    assert leads_send.send(party, post).refused == 1
    assert state(party) == "refused"
    assert leads_send.send(party, post) == leads_send.Exchanged()


@pytest.mark.parametrize(
    "answer", [(503, b""), (200, b"<html>"), (200, b"{}"), (403, b'{"detail":1}')]
)
def test_no_answer_of_the_partners_is_tried_again_later(party, answer):
    assert leads_send.send(party, lambda *_: answer).failed == 1
    assert state(party) == "to_send"
    assert party.book.outbox() == {("exchange", "waiting"): 1}


def test_in_the_end_it_is_given_up_and_told(party):
    done = leads_send.Exchanged()
    for _ in range(12):
        done = leads_send.send(party, lambda *_: (503, b""))
        party.clock.at = party.clock.at.replace(year=party.clock.at.year + 1)
    assert done.given_up == 1
    assert state(party) == "given_up"


def test_a_partner_without_an_address_is_waited_for(party):
    enrolled(party.book, "bank_2", kind="bank")
    assert leads_send.send(party, lambda *_: (200, b"")).failed == 1
    assert leads_send.poll(party, lambda *_: (200, b"")).failed == 1


def test_what_cannot_be_reached_is_unavailable_and_a_file_that_is_no_certificate_is_refused(
    tmp_path,
):
    with pytest.raises(Unavailable, match="no answer"):
        leads_send.poster()("http://127.0.0.1:1/v1/exchange", b"")
    (tmp_path / "ca.pem").write_text("nothing", encoding="utf-8")
    with pytest.raises(BadInput, match="certificate"):
        leads_send.poster(tmp_path / "ca.pem")


def test_under_tls_only_a_server_whose_certificate_is_trusted_hears_anything(party, tmp_path):
    cert, private = certificate(tmp_path)
    place = serving.Place("localhost", 0, cert, private)
    with served(party, tmp_path / "log", place=place) as address:
        url = address.replace("127.0.0.1", "localhost") + "/v1/exchange"
        assert url.startswith("https://")
        assert leads_send.poster(cert)(url, b"{}")[0] == 422
        with pytest.raises(Unavailable, match="certificate"):
            leads_send.poster()(url, b"{}")
