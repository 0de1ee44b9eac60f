"""A stranger on every kind of record, and two officers on one order, on both databases."""

import threading

import pytest
import sqlalchemy as sa

from desks import FOUND, at, disciplined, finding, in_force, policy, sit
from duanka.cases import appeal, case, order, reverification
from duanka.cases.appeal import Plea
from duanka.cases.case import Alerts
from duanka.cases.reverification import Card
from duanka.errors import Conflict, NotAllowed, NotFound
from duanka.store.ledger import SYSTEM, Wanted
from duanka.store.ledger_tables import RECORD
from duanka.web.people import add_user
from ledgers import AT, BOTH, ELSEWHERE, OFFICER, OFFICER_2, OUTSIDER, REVIEWER, ledger

KINDS = [
    "appeal", "campaign", "case", "discipline", "label", "notice", "order", "reverification", "user",
]  # fmt: skip


@pytest.fixture(scope="module", params=BOTH)
def book(request, tmp_path_factory):
    """A ledger with a record of every kind, all of one bank in one province."""
    made = ledger(request.param, tmp_path_factory.mktemp("scope"))
    of = in_force(made, finding("restrict"))
    disciplined(made)
    add_user(made, OFFICER, "a password of theirs", at=AT)
    with sit(made, SYSTEM) as desk:
        plea = appeal.receive(desk, of, Plea("1", "letter", "x"), policy())
        case.open_case(desk, Alerts("card", "account:A1", (FOUND,)), policy())
        cards = [Card("account", "B1", "bank_1", "990101")]
        reverification.start(desk, "春", cards, policy())
    with sit(made, REVIEWER, at(1)) as desk:
        appeal.grant(desk, plea, policy(), because="x")
    yield made
    made.close()


def test_every_kind_of_record_there_is_is_here(book):
    with book._engine.connect() as connection:
        kinds = connection.scalars(sa.select(RECORD.c.kind).distinct().order_by(RECORD.c.kind))
        assert list(kinds) == KINDS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("who", [OUTSIDER, ELSEWHERE], ids=["another bank", "another province"])
def test_a_stranger_sees_and_changes_nothing_of_it(book, kind, who):
    with book.read(SYSTEM, at=AT) as desk:
        found = desk.find(Wanted(kind))
    rows = book.verify().rows
    with sit(book, who) as desk:
        assert desk.find(Wanted(kind)) == []
        assert desk.count(Wanted(kind)) == {}
        for one in found:
            for look in (desk.get, desk.look, desk.history):
                with pytest.raises(NotFound):
                    look(kind, one.id)
            with pytest.raises(NotAllowed):
                desk.write(one.but("gone"), act="steal")
            with pytest.raises(NotFound):
                desk.note(one, act="export", details={})
    assert book.verify().rows == rows


def test_of_two_officers_who_end_one_order_one_wins(book):
    made = in_force(book, finding("restrict", card_id="A7"))
    gate, ended = threading.Barrier(2), []

    def lift(who):
        gate.wait()
        try:
            with sit(book, who, at(2)) as desk:
                order.lift(desk, made, policy(), because="review")
            ended.append("lifted")
        except Conflict:
            ended.append("conflict")

    both = [threading.Thread(target=lift, args=(who,)) for who in (OFFICER_2, REVIEWER)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(ended) == ["conflict", "lifted"]
    told = [m for m in book.claim("t", at=at(3), topics=["order_lifted"]) if m.record_id == made.id]
    assert len(told) == 1
    assert book.verify().whole
