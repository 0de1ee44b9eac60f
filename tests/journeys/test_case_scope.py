"""A stranger on every kind of record, and two officers on one order, on both databases."""

import ast
import importlib
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

import duanka
from desks import FOUND, at, disciplined, finding, in_force, policy, sit
from dockets import STAFF, proposed
from duanka.cases import appeal, case, order, reverification
from duanka.cases.appeal import Plea
from duanka.cases.case import Alerts
from duanka.cases.reverification import Card
from duanka.errors import Conflict, NotAllowed, NotFound
from duanka.leads import asking, authority, lead, partner, suggest, told
from duanka.store.ledger import SYSTEM, Record, Wanted
from duanka.store.ledger_tables import RECORD
from duanka.web import filed
from duanka.web.people import add_user
from leads_room import LEAD, UNIT, enrolled
from ledgers import AT, BOTH, ELSEWHERE, OFFICER, OFFICER_2, OUTSIDER, REVIEWER, ledger

SOURCE = Path(duanka.__file__).parent


def kinds_written():
    """The kinds of records that any line of the program makes, read off its source."""
    found = set()
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "Record(" not in text:
            continue
        tree = ast.parse(text)
        if not any(_brings_record(node) for node in ast.walk(tree)):
            continue
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Record":
                found |= set(_said(_first(call), tree, path))
    return found


def _brings_record(node):
    ledgers = {"duanka.store.ledger", "duanka.store.ledger_rows"}
    if not isinstance(node, ast.ImportFrom) or node.module not in ledgers:
        return False
    return "Record" in {one.name for one in node.names}


def _first(call):
    return call.args[0] if call.args else next(k.value for k in call.keywords if k.arg == "kind")


def _said(node, tree, path):
    """The texts that an expression may stand for: itself, a constant of its module, a choice between two."""
    if isinstance(node, ast.Constant):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*_said(node.body, tree, path), *_said(node.orelse, tree, path)]
    name = ".".join(("duanka", *path.relative_to(SOURCE).with_suffix("").parts))
    held = getattr(importlib.import_module(name), getattr(node, "id", ""), None)
    if isinstance(held, str):
        return [held]
    for one in ast.walk(tree):
        if isinstance(one, ast.Assign) and getattr(one.targets[0], "id", "") == node.id:
            return _said(one.value, tree, path)
    message = f"{path.name}:{node.lineno}: which kind of record is made here cannot be read"
    raise AssertionError(message)


def orders_and_what_follows(book):
    of = in_force(book, finding("restrict"))
    disciplined(book)
    with sit(book, SYSTEM) as desk:
        plea = appeal.receive(desk, of, Plea("1", "letter", "x"), policy())
        made = case.open_case(desk, Alerts("card", "account:A1", (FOUND,)), policy())
        filed.keep(desk, made, "a.txt", b"a note")
        cards = [Card("account", "B1", "bank_1", "990101")]
        reverification.start(desk, "春", cards, policy())
    with sit(book, REVIEWER, at(1)) as desk:
        appeal.grant(desk, plea, policy(), because="x")


def leads_and_partners(book):
    regime = policy().at(AT.date())
    us = partner.introduction(partner.own_keys(b"x" * 32), party_id="bank_1", party_kind="bank")
    other = enrolled(book, "police_1", kind="police", may=partner.MAY)
    with sit(book, SYSTEM) as desk:
        partner.settle(desk, us)
        came = lead.receive(desk, LEAD, unit=UNIT, sender_id="police_1", regime=regime)
        told.tell(desk, LEAD, to=other, unit=UNIT, regime=regime)
        suggest.suggest(desk, came, ("account", "A2"), ["same_holder"], regime=regime)
        asking.ask(desk, ["account:A1"], to=other, unit=UNIT, number="q1")
        why = {"how": "look_up", "count": 1, "purpose": "x", "approver": "y"}
        asking.allow(desk, other, why, regime=regime)
        paper = authority.Document("1", "police_1", AT, "a" * 64)
        held = {"document": paper, "unit": UNIT, "regime": regime}
        authority.carry_out(desk, ("account", "A1"), "stop_payment", **held)


def matters(book):
    proposed(book)
    proposed(book, STAFF)


def of_kind(kind):
    """A record of a kind whose room takes a whole run to make one."""

    def made(book):
        with sit(book, SYSTEM) as desk:
            desk.write(Record(kind, "x", "bank_1", "990101", "open", {}), act="make")

    return made


MAKERS = {
    orders_and_what_follows: {
        "appeal", "campaign", "case", "discipline", "file", "label", "notice", "order", "reverification",
    },
    leads_and_partners: {
        "asked", "asked_day", "hold", "lead", "partner", "party", "question", "suggestion", "told_lead",
    },
    matters: {"matter", "insider"},
    lambda book: add_user(book, OFFICER, "a password of theirs", at=AT): {"user"},
    of_kind("outreach"): {"outreach"},
    of_kind("training"): {"training"},
    of_kind("publication"): {"publication"},
}  # fmt: skip
"""How a record of each kind comes about; a new kind has to be added here, and is then shown to strangers."""
KINDS = sorted(set().union(*MAKERS.values()))


def test_every_kind_of_record_that_the_program_makes_is_shown_to_strangers():
    assert kinds_written() == set(KINDS)


@pytest.fixture(scope="module", params=BOTH)
def book(request, tmp_path_factory):
    """A ledger with a record of every kind, all of one bank in one province."""
    made = ledger(request.param, tmp_path_factory.mktemp("scope"))
    for make in MAKERS:
        make(made)
    yield made
    made.close()


def test_every_kind_of_record_there_is_is_here(book):
    with book._engine.connect() as connection:
        kinds = connection.scalars(sa.select(RECORD.c.kind).distinct().order_by(RECORD.c.kind))
        # by letters, whatever the database takes for the order of letters
        assert sorted(kinds) == KINDS


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
