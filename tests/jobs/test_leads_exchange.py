import threading

import pytest

from duanka.errors import BadInput, Conflict, NotAllowed, NotFound
from duanka.jobs.leads_exchange import answer
from duanka.leads import envelope
from duanka.leads.envelope import Stamp
from duanka.store.ledger import SYSTEM, Wanted
from leads_room import LEAD, OTHER, UNIT, Clock, enrolled, party_of
from ledgers import AT, BOTH, ledger


@pytest.fixture
def party(tmp_path):
    book = ledger("sqlite", tmp_path)
    enrolled(book, "police_1", kind="police", may=("leads", "look_ups"))
    yield party_of(book, "bank_1", Clock())
    book.close()


def event(kind, data, *, id_="e1", nonce="00", to="bank_1"):
    stamp = Stamp("police_1", to, id_, AT, nonce.rjust(32, "0"))
    return envelope.sealed(kind, data, stamp, key=OTHER.signing)


def test_a_lead_is_kept_for_the_unit_that_answers_for_the_partner(party):
    told = answer(party, event("lead", LEAD))
    assert told["data"] == {"lead_id": "L1", "received_at": AT.isoformat(), "unit_id": UNIT[0]}
    with party.book.read(SYSTEM, at=AT) as desk:
        (one,) = desk.find(Wanted("lead"))
    assert (one.institution_id, one.region_code, one.parent_id) == (*UNIT, "police_1")
    assert party.book.outbox() == {}  # the receipt is the answer itself


def test_the_same_sealed_anew_is_answered_alike_and_the_very_same_is_a_replay(party):
    first = answer(party, event("lead", LEAD, nonce="1"))
    again = answer(party, event("lead", LEAD, nonce="2"))
    assert first["data"] == again["data"]
    assert first["id"] == again["id"]
    with pytest.raises(Conflict, match="before"):
        answer(party, event("lead", LEAD, nonce="2"))
    with pytest.raises(Conflict, match="something else"):
        answer(party, event("lead", LEAD | {"loss_fen": 7}, nonce="3"))


def test_what_fails_leaves_nothing_and_may_come_again(party):
    feedback = {"lead_id": "L9", "outcome": "wrong", "at": AT.isoformat()}
    for _ in range(2):  # nothing was remembered of the first
        with pytest.raises(NotFound):
            answer(party, event("feedback", feedback))


def test_an_answer_and_a_question_nobody_answers_are_refused(party):
    receipt = {"lead_id": "L1", "received_at": AT.isoformat(), "unit_id": "u"}
    with pytest.raises(BadInput, match="an answer"):
        answer(party, event("receipt", receipt))
    asked = {"blinded": "00", "purpose": "a test", "approver": "somebody"}
    with pytest.raises(NotAllowed, match="no questions"):
        answer(party, event("look_up", asked))


def test_a_partner_hears_of_their_own_leads_only(party):
    enrolled(party.book, "police_2", kind="police")
    answer(party, event("lead", LEAD))
    stamp = Stamp("police_2", "bank_1", "p1", AT, "0" * 32)
    poll = envelope.sealed("poll", {"lead_ids": ["L1"]}, stamp, key=OTHER.signing)
    assert answer(party, poll)["data"] == {"receipts": [], "feedback": []}


def test_a_lead_that_says_something_else_under_an_old_number_is_not_dropped_in_silence(party):
    answer(party, event("lead", LEAD))
    with pytest.raises(BadInput, match="something else"):
        answer(party, event("lead", LEAD | {"loss_fen": 7}, id_="e2"))
    again = answer(party, event("lead", LEAD, id_="e3"))
    assert again["data"]["received_at"] == AT.isoformat()


@pytest.mark.parametrize("dialect", BOTH)
def test_two_that_bring_the_same_lead_at_once_make_one_lead(tmp_path, dialect):
    book = ledger(dialect, tmp_path)
    enrolled(book, "police_1", kind="police")
    party, gate, got = party_of(book, "bank_1", Clock()), threading.Barrier(2), []

    def bring(nonce):
        gate.wait()
        try:
            got.append(answer(party, event("lead", LEAD, nonce=nonce))["data"])
        except Conflict as fault:  # the slower one seals it anew and gets the receipt
            got.append(fault)

    both = [threading.Thread(target=bring, args=(nonce,)) for nonce in "12"]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(got) == 2
    receipts = [one for one in got if isinstance(one, dict)]
    assert receipts
    assert answer(party, event("lead", LEAD, nonce="3"))["data"] == receipts[0]
    with book.read(SYSTEM, at=AT) as desk:
        assert [one.version for one in desk.find(Wanted("lead"))] == [1]
    assert book.verify().whole
    book.close()
