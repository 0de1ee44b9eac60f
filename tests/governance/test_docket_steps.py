from dataclasses import replace
from datetime import timedelta

import pytest

from desks import at, policy, sit
from dockets import (
    AUDITOR,
    CHIEF,
    CLERK,
    LISTED,
    NONE_MADE,
    PENALTY,
    STAFF,
    UNIT,
    go,
    papers,
    proposed,
)
from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.governance.docket import iso
from duanka.governance.docket_steps import add_item, end, escalate, may_know, remind
from duanka.store.ledger import SYSTEM, Wanted
from ledgers import ledger


@pytest.fixture
def book(tmp_path):
    return ledger("sqlite", tmp_path)


def clock(book, work, days):
    with book.read(SYSTEM, at=at(days)) as desk:
        found = list(desk.each(Wanted("matter", open_only=True)))
    with sit(book, SYSTEM, at(days)) as desk:
        return sum(work(desk, one) for one in found)


def sent(book, topic, days=900):
    return [one.body["what"] for one in book.claim("t", at=at(days), topics=[topic], limit=100)]


def test_a_penalty_is_told_heard_decided_served_and_ends_by_itself(book):
    one = go(book, proposed(book, PENALTY), "noticed", 1)
    assert (one.assigned_to, one.due_at) == ("outlet:o-1", at(6))
    one = go(book, one, "hearing", 2, UNIT)
    one = go(book, one, "heard", 9)
    with pytest.raises(NotAllowed, match="lead_officer"):
        go(book, one, "decided", 10)
    one = go(book, one, "decided", 10, CHIEF)
    one = go(book, one, "executed", 11, CHIEF)
    assert one.body["expires_at"] == iso(at(11 + 180))
    for word in ("because", "legal_basis", "appeal_path", "expires_at"):
        assert one.body[word]
    assert clock(book, end, 190) == 0
    assert clock(book, end, 191) == 1
    with book.read(SYSTEM, at=at(192)) as desk:
        over = desk.get("matter", one.id)
        acts = [row.act for row in desk.history("matter", one.id)]
    assert (over.state, over.is_open, over.due_at) == ("expired", False, None)
    assert acts == ["propose", "to_noticed", "to_hearing", "to_heard", "to_decided", "to_executed", "to_expired"]  # fmt: skip
    assert sent(book, "letter") == ["noticed", "decided", "executed", "expired"]


def test_silence_is_no_statement_before_the_time_to_reply_is_over(book):
    one = go(book, proposed(book, PENALTY), "noticed", 1)
    with pytest.raises(NotAllowed, match="第四十五条"):
        go(book, one, "heard", 5.9, papers=(NONE_MADE,))
    assert go(book, one, "heard", 6, papers=(NONE_MADE,)).state == "heard"


def test_a_listing_takes_force_only_after_the_time_to_object(book):
    one = go(book, proposed(book), "noticed", 1)
    with pytest.raises(NotAllowed, match="time to reply"):
        go(book, one, "in_force", 5, CHIEF)
    assert go(book, one, "in_force", 6, CHIEF).assigned_to == "outlet:o-1"


def test_a_granted_objection_ends_the_matter_and_all_under_it_at_once(book):
    one = go(book, go(book, proposed(book), "noticed", 1), "in_force", 7, CHIEF)
    with sit(book, CLERK, at(8)) as desk:
        item = add_item(desk, one, "补充回访记录", policy())
    one = go(book, go(book, one, "objected", 9, UNIT), "withdrawn", 10)
    with book.read(SYSTEM, at=at(10)) as desk:
        assert not desk.get("matter", one.id).is_open
        assert desk.get("matter", item.id).state == "withdrawn"
    assert sent(book, "letter") == ["noticed", "in_force", "withdrawn"]


def test_nobody_leaves_before_what_was_to_be_rectified_is_accepted(book):
    one = go(book, go(book, proposed(book), "noticed", 1), "in_force", 7, CHIEF)
    with sit(book, CLERK, at(8)) as desk:
        item = add_item(desk, one, "补充回访记录", policy())
        with pytest.raises(BadInput, match="nothing to rectify"):
            add_item(desk, one, "  ", policy())
    with pytest.raises(Conflict, match="not accepted"):
        go(book, one, "lifted", 9, CHIEF)
    with pytest.raises(NotAllowed, match="evidence"):
        go(book, item, "handed_in", 9, UNIT, papers=())
    item = go(book, item, "handed_in", 9, UNIT)
    item = go(book, go(book, item, "returned", 10), "handed_in", 11, UNIT)
    go(book, item, "accepted", 12)
    assert go(book, one, "lifted", 13, CHIEF).state == "lifted"


def test_one_owner_is_reminded_once_a_deadline_and_what_lies_goes_one_level_up(book):
    one = proposed(book)  # due at(10), reminded three days before, up five days after
    assert [clock(book, lambda d, r: remind(d, r, policy()), day) for day in (6, 7, 8)] == [0, 1, 0]
    assert [clock(book, lambda d, r: escalate(d, r, policy()), day) for day in (14, 15, 16)] == [0, 1, 0]  # fmt: skip
    with book.read(SYSTEM, at=at(16)) as desk:
        lying = desk.get("matter", one.id)
    assert (lying.assigned_to, lying.body["left_by"]) == ("联席会议办公室", "反诈中心")
    assert sent(book, "reminder") == ["due", "escalated"]
    moved = go(book, lying, "noticed", 17)
    assert moved.assigned_to == "outlet:o-1"
    assert clock(book, lambda d, r: remind(d, r, policy()), 20) == 1


def test_a_listing_that_nobody_decides_anew_ends_by_itself(book):
    go(book, go(book, proposed(book), "noticed", 1), "in_force", 7, CHIEF)
    assert (clock(book, end, 371), clock(book, end, 372)) == (0, 1)


def test_an_employee_is_asked_heard_and_audited_by_few(book):
    one = proposed(book, STAFF)
    with pytest.raises(NotAllowed, match="not yours"):
        go(book, one, "asked", 1, CLERK)
    with pytest.raises(NotAllowed, match="seen by few"):
        may_know(CLERK, one.kind)
    may_know(AUDITOR, one.kind)
    one = go(book, one, "asked", 1, AUDITOR)
    with pytest.raises(NotAllowed, match="time to reply"):
        go(book, one, "unanswered", 5, CHIEF)
    one = go(book, one, "replied", 6, AUDITOR)
    with pytest.raises(NotAllowed, match="brought in themselves"):
        go(book, one, "audited", 7, AUDITOR)
    one = go(book, one, "audited", 7, CHIEF)
    assert go(book, one, "closed", 8, AUDITOR).state == "closed"


def test_no_employee_is_referred_without_their_reply(book):
    one = go(book, proposed(book, STAFF), "asked", 1, AUDITOR)
    one = go(book, one, "unanswered", 12, AUDITOR)
    one = go(book, one, "audited", 13, CHIEF)
    lacking = tuple(p for p in papers("insider", "referred") if p.name != "reply")
    with pytest.raises(NotAllowed, match="reply"):
        go(book, one, "referred", 14, CHIEF, papers=lacking)


def test_others_see_nothing_and_stale_versions_are_refused(book):
    one = proposed(book, replace(LISTED, institution_id="bank_2"))
    with pytest.raises(Exception, match="no matter"):
        go(book, one, "objected", 1, UNIT)
    go(book, one, "noticed", 1)
    with pytest.raises(Conflict, match="cannot become"):
        go(book, one, "noticed", 2)
    assert timedelta(0) < at(1) - at(0)
