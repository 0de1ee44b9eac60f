import contextlib
import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.leads.authority import LAW, MEASURES, Document, carry_out, expire
from duanka.store.ledger import SYSTEM
from leads_room import policy
from ledgers import AT, ledger

REGIME = policy().at(AT.date())
CARD, UNIT = ("account", "A1"), ("bank_1", "990101")
NUMBER = itertools.count()
PAPER = Document("N-1", "police_1", AT, "ab" * 32)


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def act(book, measure, number="N-1", *, at=AT):
    with book.desk(SYSTEM, at=at, purpose="carry out a document of the police") as desk:
        paper = replace(PAPER, number=number)
        return carry_out(desk, CARD, measure, document=paper, unit=UNIT, regime=REGIME)


@pytest.mark.parametrize("paper", [None, replace(PAPER, number=" "), replace(PAPER, sha256="")])
def test_nothing_is_done_without_the_authoritys_document(book, paper):
    with book.desk(SYSTEM, at=AT, purpose="t") as desk, pytest.raises(NotAllowed, match="police"):
        carry_out(desk, CARD, "freeze", document=paper, unit=UNIT, regime=REGIME)


def test_a_stop_lasts_its_hours_comes_at_most_so_often_and_ends_by_itself(book):
    held = act(book, "stop_payment")
    hours = timedelta(hours=REGIME.number("leads.stop_payment_hours"))
    assert held.due_at == AT + hours
    assert act(book, "stop_payment").version == held.version  # the same paper again is one act
    act(book, "stop_payment", "N-2", at=AT + timedelta(hours=1))
    with pytest.raises(Conflict, match="as often"):
        act(book, "stop_payment", "N-3", at=AT + timedelta(hours=2))
    with book.desk(SYSTEM, at=AT + hours + timedelta(hours=2), purpose="t") as desk:
        assert expire(desk) == 1
        assert expire(desk) == 0
        assert desk.get("hold", "account:A1").state == "ended"


def test_a_freeze_is_ended_by_the_authority_and_keeps_every_paper(book):
    act(book, "freeze")
    ended = act(book, "unfreeze", "N-2")
    assert (ended.state, ended.is_open) == ("ended", False)
    assert [a["document"] for a in ended.body["acts"]] == ["N-1", "N-2"]
    assert ended.body["legal_basis"] == LAW
    with pytest.raises(Conflict, match="cannot follow"):
        act(book, "unfreeze", "N-3")


def test_a_document_of_tomorrow_is_refused(book):
    paper = replace(PAPER, issued_at=AT + timedelta(days=1))
    with book.desk(SYSTEM, at=AT, purpose="t") as desk, pytest.raises(BadInput, match="future"):
        carry_out(desk, CARD, "freeze", document=paper, unit=UNIT, regime=REGIME)


@pytest.mark.parametrize("last", ["unfreeze", "return_funds"])
@pytest.mark.parametrize("first", ["stop_payment", "freeze"])
def test_funds_are_returned_or_let_go_by_a_document_whatever_held_them(book, first, last):
    act(book, first)
    with pytest.raises(NotAllowed), book.desk(SYSTEM, at=AT, purpose="t") as desk:
        carry_out(desk, CARD, last, document=None, unit=UNIT, regime=REGIME)
    done = act(book, last, "N-2")
    assert (done.state, done.due_at, done.body["acts"][-1]["measure"]) == ("ended", None, last)


def test_a_stop_becomes_a_freeze_and_a_freeze_goes_on_but_never_becomes_a_stop(book):
    act(book, "stop_payment")
    assert act(book, "freeze", "N-2").state == "freeze"
    longer = act(book, "freeze", "N-3", at=AT + timedelta(days=100))
    assert longer.due_at > AT + timedelta(days=180)
    with pytest.raises(Conflict, match="cannot follow"):
        act(book, "stop_payment", "N-4")


@pytest.mark.parametrize(
    ("card", "measure"), [(("sim", "S1"), "freeze"), (CARD, "close"), (("account", ""), "freeze")]
)
def test_what_no_document_can_say_is_refused(book, card, measure):
    with book.desk(SYSTEM, at=AT, purpose="t") as desk, pytest.raises(BadInput):
        carry_out(desk, card, measure, document=PAPER, unit=UNIT, regime=REGIME)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(["expire", *MEASURES]), st.integers(0, 60)), max_size=8))
def test_in_no_order_of_documents_is_a_card_held_longer_or_oftener_than_is_allowed(book, acts):
    card, at = ("account", f"R{next(NUMBER)}"), AT
    for n, (measure, hours) in enumerate(acts):
        at += timedelta(hours=hours)
        with book.desk(SYSTEM, at=at, purpose="t") as desk:
            if measure == "expire":
                expire(desk)
                continue
            paper = replace(PAPER, number=f"{card[1]}-{n}")
            with contextlib.suppress(Conflict):
                carry_out(desk, card, measure, document=paper, unit=UNIT, regime=REGIME)
    with book.read(SYSTEM, at=at) as desk:
        if not desk.has("hold", ":".join(card)):
            return
        held = desk.get("hold", ":".join(card))
    told = [one["measure"] for one in held.body["acts"]]
    assert (
        told.count("stop_payment")
        == held.body["stops"]
        <= REGIME.number("leads.stop_payment_times")
    )
    assert all(one["document"] and one["sha256"] for one in held.body["acts"])
    assert (held.due_at is None) == (held.state in ("none", "ended")) == (not held.is_open)
