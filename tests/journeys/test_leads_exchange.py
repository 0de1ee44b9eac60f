"""Two deployments with real servers on loopback, keys exchanged out of band: a lead there, its answer back."""

from __future__ import annotations

import json
from datetime import timedelta

import polars as pl
import pytest

from desks import in_force
from duanka.errors import Unavailable
from duanka.jobs import leads_send
from duanka.jobs.leads import under_control
from duanka.jobs.leads_exchange import PATH
from duanka.jobs.leads_match import match_all
from duanka.leads import lead, partner, told
from duanka.store.chain import canonical
from duanka.store.ledger import SYSTEM, Wanted
from leads_room import LEAD, UNIT, enrolled, two
from ledgers import AT

POST = leads_send.poster()
FRAMES = {
    "account": pl.DataFrame(
        {"account_id": ["A1"], "holder_id": ["P1"], "institution_id": ["bank_1"]}
    )
}


def tell(party, **change):
    with party.book.desk(SYSTEM, at=party.clock(), purpose="a test") as desk:
        to = desk.get("partner", "bank_1")
        data = LEAD | {"hidden": True, "handling": "institution_only"} | change
        return told.tell(desk, data, to=to, unit=("police_1", "990101"), regime=party.regime(AT))


def one(party, kind, id_):
    with party.book.read(SYSTEM, at=party.clock()) as desk:
        return desk.get(kind, id_)


def count(party, kind):
    with party.book.read(SYSTEM, at=party.clock()) as desk:
        return sum(desk.count(Wanted(kind)).values())


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    with two(tmp_path_factory.mktemp("two")) as made:
        yield made


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_lead_is_told_received_controlled_and_answered(tmp_path, dialect):
    with two(tmp_path, dialect=dialect) as found:
        police, bank, clock = found.police, found.bank, found.clock
        tell(police)
        assert leads_send.send(police, POST).answered == 1
        sent = one(police, "told_lead", "bank_1:L1")
        assert (sent.state, sent.body["unit_id"]) == ("received", UNIT[0])
        came = one(bank, "lead", "police_1:L1")
        assert (came.state, came.body["digested"], "card_id" in came.body) == (
            "received",
            True,
            False,
        )
        assert match_all(bank.book, FRAMES, at=clock()) == {
            "matched": 1,
            "not_ours": 0,
            "linked_cards": 0,
        }
        clock.at += timedelta(minutes=7)
        made = in_force(bank.book, when=clock())  # by officers of the bank, under policy
        with bank.book.desk(SYSTEM, at=clock(), purpose="a test") as desk:
            assert under_control(desk) == 1
            assert under_control(desk) == 0
            held = desk.get("lead", came.id)
            assert (held.about, held.body["order_id"]) == (made.about, made.id)
            assert held.body["minutes_to_control"] == 7.0
            lead.answer(desk, held, "controlled", regime=bank.regime(AT))
        assert leads_send.send(bank, POST).answered == 1
        done = one(police, "told_lead", "bank_1:L1")
        assert (done.state, done.body["outcome"], done.is_open) == ("answered", "controlled", False)
        assert done.body["measure"] == made.body["measure"]
        with bank.book.read(SYSTEM, at=clock()) as desk:
            acts = [(link.act, link.actor) for link in desk.history("lead", came.id)]
        assert acts[0] == ("receive", "partner:police_1")
        assert police.book.verify().whole
        assert bank.book.verify().whole


def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_comes_twice(pair):
    tell(pair.police, lead_id="LOST")

    def deaf(url, body):
        POST(url, body)
        raise Unavailable("the line broke after the envelope had gone")

    before = count(pair.bank, "lead")
    assert leads_send.send(pair.police, deaf).failed == 1
    assert count(pair.bank, "lead") == before + 1
    pair.clock.at += timedelta(minutes=2)
    assert leads_send.send(pair.police, POST).answered == 1
    assert count(pair.bank, "lead") == before + 1
    sent, came = (
        one(pair.police, "told_lead", "bank_1:LOST"),
        one(pair.bank, "lead", "police_1:LOST"),
    )
    assert sent.body["received_at"] == came.body["received_at"] < pair.clock().isoformat()


def test_a_replay_is_refused_and_so_is_what_is_old_changed_or_meant_for_another(pair):
    caught = []

    def listening(url, body):
        caught.append((url, body))
        return POST(url, body)

    tell(pair.police, lead_id="TAPPED")
    assert leads_send.send(pair.police, listening).answered == 1
    ((url, body),) = caught
    status, told_ = POST(url, body)
    assert (status, json.loads(told_)["code"]) == (409, "Conflict")
    forged = json.loads(body)
    forged["data"]["loss_fen"] = 1
    assert POST(url, canonical(forged).encode())[0] == 403
    # the police's own server does not open what was meant for the bank
    with pair.bank.book.read(SYSTEM, at=AT) as desk:
        home = desk.get("partner", "police_1").body["address"]
    assert POST(f"{home}{PATH}", body)[0] == 403
    pair.clock.at += timedelta(hours=1)
    assert POST(url, body)[0] == 422


def test_an_id_stands_for_one_thing(pair):
    with pair.police.book.read(SYSTEM, at=AT) as desk:
        to = desk.get("partner", "bank_1")
    leads_send.ask(pair.police, to, "lead", LEAD | {"lead_id": "ONE"}, event_id="e1", post=POST)
    with pytest.raises(Unavailable, match="409"):
        leads_send.ask(pair.police, to, "lead", LEAD | {"lead_id": "TWO"}, event_id="e1", post=POST)


def test_who_cannot_be_reached_polls(pair):
    tell(pair.police, lead_id="POLL")
    assert leads_send.send(pair.police, POST).answered == 1
    with pair.bank.book.desk(SYSTEM, at=pair.clock(), purpose="a test") as desk:
        came = lead.matched(desk, desk.get("lead", "police_1:POLL"), [])
        lead.answer(desk, came, "not_ours", regime=pair.bank.regime(AT))
    assert leads_send.poll(pair.police, POST).answered == 1
    done = one(pair.police, "told_lead", "bank_1:POLL")
    assert (done.state, done.body["outcome"]) == ("answered", "not_ours")
    assert (
        leads_send.send(pair.bank, POST).answered == 1
    )  # the feedback that waited is the same once more
    assert leads_send.poll(pair.police, POST).answered == 0


def test_a_stranger_and_a_revoked_partner_get_nothing_and_send_nothing(pair):
    with pair.police.book.read(SYSTEM, at=AT) as desk:
        address = desk.get("partner", "bank_1").body["address"]
    stranger = pair.police.__class__(
        pair.bank.book, "police_9", pair.police.regime, pair.clock, pair.police.nonce
    )
    event = stranger.seal("lead", LEAD, to="bank_1", event_id="e")
    assert POST(f"{address}{PATH}", canonical(event).encode())[0] == 403
    assert POST(f"{address}{PATH}", b"{")[0] == 422
    with pair.bank.book.desk(SYSTEM, at=AT, purpose="a test") as desk:
        partner.revoke(desk, "police_1", because="a test")
    tell(pair.police, lead_id="LATE")
    assert leads_send.send(pair.police, POST).failed == 1
    enrolled(pair.bank.book, "police_1", kind="police", keys=pair.police.keys)
    pair.clock.at += timedelta(minutes=2)
    assert leads_send.send(pair.police, POST).answered == 1


def test_an_answer_that_another_signed_is_no_answer(pair):
    tell(pair.police, lead_id="MIDDLE")

    def middle(url, body):
        status, told_ = POST(url, body)
        return status, told_.replace(b'"unit_id":"bank_1"', b'"unit_id":"bank_9"')

    assert leads_send.send(pair.police, middle).failed == 1
    assert one(pair.police, "told_lead", "bank_1:MIDDLE").state == "to_send"
    pair.clock.at += timedelta(minutes=2)
    assert leads_send.send(pair.police, POST).answered == 1


def test_what_a_partner_is_not_enrolled_for_is_refused(pair):
    with pair.police.book.read(SYSTEM, at=AT) as desk:
        to = desk.get("partner", "bank_1")
    enrolled(pair.bank.book, "police_1", kind="police", keys=pair.police.keys, may=("look_ups",))
    with pytest.raises(Unavailable, match="403: this partner is not enrolled for leads"):
        leads_send.ask(pair.police, to, "lead", LEAD, event_id="e9", post=POST)
    enrolled(pair.bank.book, "police_1", kind="police", keys=pair.police.keys)
