"""Cases: grouped, queued by harm, worked and closed by two people, with everything in their history."""

from dataclasses import replace

import pytest

from desks import FOUND, at, policy, sit
from duanka.cases import case
from duanka.cases.case import Alerts
from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.store.ledger import SYSTEM, Wanted
from ledgers import ANALYST, AT, OFFICER, OUTSIDER, ledger

ALERTS = Alerts("network", "N1", (FOUND, replace(FOUND, card_id="A2", score=0.4)), 12_345)
SECOND = replace(ANALYST, user_id="bea")


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def opened(book, alerts=ALERTS, when=AT):
    with sit(book, SYSTEM, when) as desk:
        return case.open_case(desk, alerts, policy())


def worked(book):
    made = opened(book)
    with sit(book, ANALYST) as desk:
        return case.take_up(desk, case.assign(desk, made, "ana"))


def test_expected_harm_orders_the_queue(book):
    big = opened(book)
    small = opened(book, Alerts("holder", "P9", (replace(FOUND, card_id="A9", score=0.1),)))
    assert big.weight == round(1.2 * 5_000_000) + 12_345
    with book.read(ANALYST, at=AT) as desk:
        assert [one.id for one in desk.queue(Wanted("case"))] == [big.id, small.id]
    with book.read(OUTSIDER, at=AT) as desk:
        assert desk.queue(Wanted("case")) == []


def test_the_same_alerts_twice_are_one_case_and_news_are_added(book):
    first = opened(book)
    assert opened(book).version == first.version
    later = replace(FOUND, card_id="A3", as_of="2026-06-02T00:00:00+08:00")
    more = opened(book, replace(ALERTS, findings=(*ALERTS.findings, later)), at(1))
    assert (more.id, len(more.body["cards"]), more.version) == (first.id, 3, 2)


def test_a_case_is_worked_by_whom_it_was_given_to(book):
    made = opened(book)
    with sit(book, ANALYST) as desk:
        given = case.assign(desk, made, "ana")
    with sit(book, SECOND) as desk, pytest.raises(NotAllowed, match="somebody else"):
        case.take_up(desk, given)
    with sit(book, replace(ANALYST, roles=("auditor",))) as desk, pytest.raises(NotAllowed):
        case.take_up(desk, given)


def test_two_people_close_a_case(book):
    made = worked(book)
    with sit(book, ANALYST) as desk:
        done = case.conclude(desk, made, "no_suspicion", policy(), because="工资代发")
        with pytest.raises(NotAllowed, match="four eyes"):
            case.confirm(desk, done, agree="yes")
    with sit(book, SECOND) as desk:
        assert case.confirm(desk, done, agree="no", because="看看八月").state == "in_review"
    with book.read(SYSTEM, at=AT) as desk:
        again = desk.get("case", made.id)
    with sit(book, ANALYST) as desk:
        done = case.conclude(desk, again, "no_suspicion", policy(), because="看过了")
    with sit(book, SECOND) as desk:
        closed = case.confirm(desk, done, agree="yes")
    assert (closed.state, closed.is_open, closed.due_at) == ("closed", False, None)
    with sit(book, SECOND) as desk, pytest.raises(Conflict):
        case.confirm(desk, closed, agree="yes")


@pytest.mark.parametrize("outcome", ["guilty", "criminal", ""])
def test_no_case_ends_in_a_verdict(outcome, book):
    made = worked(book)
    with sit(book, ANALYST) as desk, pytest.raises(BadInput):
        case.conclude(desk, made, outcome, policy(), because="x")
    with sit(book, ANALYST) as desk, pytest.raises(BadInput):
        case.conclude(desk, made, "victim", policy(), because=" ")


def test_a_closed_case_is_looked_at_again_for_news(book):
    made = worked(book)
    with sit(book, ANALYST) as desk:
        done = case.conclude(desk, made, "victim", policy(), because="x")
    with sit(book, SECOND) as desk:
        case.confirm(desk, done, agree="yes")
    later = replace(FOUND, card_id="A3", as_of="2026-07-02T00:00:00+08:00")
    again = opened(book, replace(ALERTS, findings=(later,)), at(31))
    assert (again.state, again.is_open) == ("in_review", True)


def test_notes_are_sealed_files_are_digests_and_all_is_in_the_timeline(book):
    made = worked(book)
    with sit(book, ANALYST, purpose="study of a case") as desk:
        made = case.note(desk, made, "与张某的单位核实")
        made = case.note(desk, made, "再次核实")
        made = case.attach(desk, made, "回函.pdf", "a" * 64)
        with pytest.raises(BadInput):
            case.attach(desk, made, "x", "short")
        words = [one["words"] for one in desk.look("case", made.id).personal["notes"]]
        acts = [row.act for row in case.timeline(desk, made)]
    assert words == ["与张某的单位核实", "再次核实"]
    assert "张某" not in repr(made.body)
    assert acts == ["open", "assign", "take_up", "look", "note", "look", "note", "attach", "look"]


def test_a_case_without_findings_and_a_leap_are_refused(book):
    with sit(book, SYSTEM) as desk, pytest.raises(BadInput):
        case.open_case(desk, Alerts("card", "x", ()), policy())
    made = opened(book)
    with sit(book, OFFICER) as desk, pytest.raises(Conflict, match="cannot go"):
        case.conclude(desk, made, "victim", policy(), because="x")
