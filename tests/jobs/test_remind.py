"""Reminders: holders once, those in charge once a day, nobody twice; a killed job goes on."""

import pytest

from desks import FOUND, at, finding, in_force, policy, sit
from duanka.cases import case, order, reverification
from duanka.cases.case import Alerts
from duanka.cases.reverification import Card
from duanka.jobs.progress import Progress
from duanka.jobs.remind import remind
from duanka.store.ledger import SYSTEM, open_ledger
from killing import killed
from ledgers import BOTH, ledger, made_url


def run(book, when):
    return vars(remind(book, now=when, say=Progress()))


def office(book):
    """A question to a holder, a proposal, a case and an order in force, all of today."""
    with sit(book, SYSTEM) as desk:
        cards = [Card("account", f"B{i}", "bank_1", "990101") for i in range(2)]
        reverification.start(desk, "春", cards, policy())
        order.propose(desk, finding("restrict", card_id="A5"), policy())
        case.open_case(desk, Alerts("card", "x", (FOUND,)), policy())
    in_force(book, finding("restrict"))


def test_everybody_hears_what_is_theirs_once(tmp_path):
    book = ledger("sqlite", tmp_path)
    office(book)
    assert run(book, at(0)) == {"holders": 0, "reviews": 0, "overdue": 0}
    # after three days the proposal and the case are late, and the notice was never delivered
    assert run(book, at(4)) == {"holders": 0, "reviews": 0, "overdue": 5}
    assert run(book, at(4, 1)) == {"holders": 0, "reviews": 0, "overdue": 0}
    assert run(book, at(5)) == {"holders": 0, "reviews": 0, "overdue": 5}
    assert run(book, at(16)) == {"holders": 2, "reviews": 1, "overdue": 5}
    assert run(book, at(16)) == {"holders": 0, "reviews": 0, "overdue": 0}


@pytest.mark.parametrize("dialect", BOTH)
def test_killed_in_the_middle_the_next_run_finishes(dialect, tmp_path):
    url, keys = made_url(dialect, tmp_path), tmp_path / "keys"
    book = open_ledger(url, keys=keys)
    office(book)
    book.close()
    work = "from duanka.jobs.remind import remind\nremind(book, now=now, say=say)\n"
    assert killed(work, url=url, keys=keys, now=at(16).isoformat(), steps=3) == -9
    book = open_ledger(url, keys=keys)
    rest = run(book, at(16))
    assert sum(rest.values()) == 8 - 3
    assert run(book, at(16)) == {"holders": 0, "reviews": 0, "overdue": 0}
    told = [m.key for m in book.claim("t", at=at(17), topics=["reminder"], limit=100)]
    assert len(told) == len(set(told)) == 6
