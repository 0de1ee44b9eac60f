"""What is over ends, once; what was kept long enough is erased; a killed job goes on."""

from datetime import date

import pytest

from desks import FOUND, at, disciplined, finding, in_force, policy, sit
from duanka.cases import appeal, case, reverification
from duanka.cases.appeal import Plea
from duanka.cases.case import Alerts
from duanka.cases.reverification import Card
from duanka.jobs.expire import expire
from duanka.jobs.progress import Progress
from duanka.leads import lead
from duanka.store.ledger import SYSTEM, Wanted, open_ledger
from duanka.web import filed
from killing import killed
from leads_room import LEAD, UNIT
from ledgers import ANALYST, BOTH, OFFICER, REVIEWER, ledger, made_url


def run(book, when):
    return vars(expire(book, policy(), now=when, say=Progress()))


def states(book, kind, when):
    with book.read(SYSTEM, at=when) as desk:
        return sorted(one.state for one in desk.each(Wanted(kind)))


def test_orders_end_when_their_term_is_over_and_only_then(tmp_path):
    book = ledger("sqlite", tmp_path)
    for i in range(3):
        in_force(book, finding("restrict", card_id=f"A{i}"))
    in_force(book, finding("suspend", card_id="A9"))
    assert run(book, at(29, 23))["orders"] == 0
    assert run(book, at(30))["orders"] == 3
    assert set(run(book, at(30)).values()) == {0}
    assert states(book, "order", at(30)) == ["expired"] * 3 + ["in_force"]


def test_unanswered_questions_close_and_people_decide_what_follows(tmp_path):
    book = ledger("sqlite", tmp_path)
    card = Card("account", "B1", "bank_1", "990101", "P1")
    of = in_force(book, finding("suspend", because="implicated"))
    with sit(book, SYSTEM) as desk:
        reverification.others(desk, of, [card], policy())
    assert run(book, at(3))["unanswered"] == 1
    assert run(book, at(3))["unanswered"] == 0
    assert states(book, "order", at(3)) == ["in_force", "proposed"]


def test_personal_fields_go_when_they_were_kept_long_enough(tmp_path):
    book = ledger("sqlite", tmp_path)
    of = in_force(book, finding("restrict"))
    with sit(book, SYSTEM) as desk:
        plea = appeal.receive(desk, of, Plea("1", "letter", "我的私事"), policy())
    with sit(book, REVIEWER, at(1)) as desk:
        appeal.grant(desk, plea, policy(), because="x")
    assert run(book, at(1000))["erased"] == 0
    assert run(book, at(1100))["erased"] >= 1
    assert run(book, at(1100))["erased"] == 0
    with sit(book, SYSTEM, at(1101)) as desk:
        assert desk.look("appeal", plea.id).personal == {}
        assert desk.get("appeal", plea.id).state == "granted"
    assert book.verify().whole


def test_a_cases_files_go_with_it_and_a_leads_card_when_it_was_answered_long_ago(tmp_path):
    book = ledger("sqlite", tmp_path)
    regime = policy().at(at().date())
    with sit(book, SYSTEM) as desk:
        made = case.open_case(desk, Alerts("card", "account:A1", (FOUND,)), policy())
        made = filed.keep(desk, made, "a.txt", b"a note")
        came = lead.receive(desk, LEAD, unit=UNIT, sender_id="p", regime=regime)
        lead.answer(desk, lead.matched(desk, came, []), "not_ours", regime=regime)
        waits = LEAD | {"lead_id": "L2"}
        lead.receive(desk, waits, unit=UNIT, sender_id="p", regime=regime)
    assert run(book, at(1100))["erased"] == 1
    with sit(book, SYSTEM, at(1100)) as desk:
        (kept,) = desk.find(Wanted("file"))
        assert desk.look("file", kept.id).personal
        assert not desk.look("lead", "p:L1").personal
        assert desk.look("lead", "p:L2").personal
    with sit(book, ANALYST, at(1100)) as desk:
        made = case.take_up(desk, case.assign(desk, desk.get("case", made.id), "ana"))
        case.conclude(desk, made, "duplicate", policy(), because="x")
    with sit(book, OFFICER, at(1100)) as desk:
        if (made := desk.get("case", made.id)).state == "awaiting_second":
            case.confirm(desk, made, agree="yes")
    assert run(book, at(1101))["erased"] == 1
    assert book.verify().whole


@pytest.mark.parametrize("dialect", BOTH)
def test_marks_of_envelopes_go_and_those_of_acts_stay(dialect, tmp_path):
    book = ledger(dialect, tmp_path)
    keys = ("envelope:1", "event:1", "lead:1", "hold:1", "envelope_like")
    with sit(book, SYSTEM) as desk:
        for key in keys:
            desk.remember(key, "x")
    assert run(book, at(30))["pruned"] == 0
    assert run(book, at(31))["pruned"] == 2
    assert run(book, at(31))["pruned"] == 0
    with book.read(SYSTEM, at=at(31)) as desk:
        assert [desk.done(key) for key in keys] == [None, None, "x", "x", "x"]
    assert book.verify().whole


@pytest.mark.parametrize("dialect", BOTH)
def test_killed_in_the_middle_the_next_run_finishes(dialect, tmp_path):
    url, keys = made_url(dialect, tmp_path), tmp_path / "keys"
    book = open_ledger(url, keys=keys)
    for i in range(4):
        in_force(book, finding("verify_transaction", card_id=f"A{i}"))
    disciplined(book, decided_on=date(2024, 12, 3), act_on=date(2024, 12, 2))
    book.close()
    work = "from duanka.jobs.expire import expire\nexpire(book, policy, now=now, say=say)\n"
    assert killed(work, url=url, keys=keys, now=at(200).isoformat(), steps=2) == -9
    book = open_ledger(url, keys=keys)
    assert states(book, "order", at(200)) == ["expired"] * 2 + ["in_force"] * 2
    rest = run(book, at(200))
    assert (rest["orders"], rest["disciplines"]) == (2, 1)
    assert states(book, "order", at(200)) == ["expired"] * 4
    assert states(book, "discipline", at(200)) == ["expired"]
    assert book.verify().whole
