"""What is over ends, once; what was kept long enough is erased; a killed job goes on."""

from datetime import date

import pytest

from desks import at, disciplined, finding, in_force, policy, sit
from duanka.cases import appeal, reverification
from duanka.cases.appeal import Plea
from duanka.cases.reverification import Card
from duanka.jobs.expire import expire
from duanka.jobs.progress import Progress
from duanka.store.ledger import SYSTEM, Wanted, open_ledger
from killing import killed
from ledgers import BOTH, REVIEWER, ledger, made_url


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
    assert run(book, at(30)) == {"orders": 0, "disciplines": 0, "unanswered": 0, "erased": 0}
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
