"""The humane figures, against counts made by hand."""

import pytest

from desks import at, finding, in_force, policy, sit
from duanka.cases import appeal, order, reverification
from duanka.cases.appeal import Plea
from duanka.cases.figures import fairness, lines
from duanka.cases.reverification import Card
from duanka.store.ledger import SYSTEM
from ledgers import AT, OFFICER_2, OUTSIDER, REVIEWER, ledger


@pytest.fixture
def book(tmp_path):
    """Four restrictions: one granted after two days, one upheld, one lapsed, one implicated in force."""
    made = ledger("sqlite", tmp_path)
    orders = [in_force(made, finding("restrict", card_id=f"A{i}")) for i in range(3)]
    in_force(made, finding("suspend", card_id="A3", because="implicated"))
    for i, answer in ((0, appeal.grant), (1, appeal.uphold)):
        with sit(made, SYSTEM, at(1)) as desk:
            plea = appeal.receive(desk, orders[i], Plea("1", "letter", "x"), policy())
        with sit(made, REVIEWER, at(2)) as desk:
            answer(desk, plea, policy(), because="x")
    with sit(made, SYSTEM, at(30)) as desk:
        order.expire(desk, desk.get("order", orders[2].id), policy())
    with sit(made, SYSTEM) as desk:
        dropped = order.propose(desk, finding("restrict", card_id="A9"), policy())
        cards = [Card("account", f"B{i}", "bank_1", "990101") for i in range(2)]
        reverification.start(desk, "春", cards, policy())
    with sit(made, OFFICER_2, purpose="check") as desk:
        order.drop(desk, dropped, because="x")
        desk.look("notice", orders[0].body["notice_id"])
    yield made
    made.close()


def test_what_orders_did_to_people(book):
    with book.read(SYSTEM, at=AT) as desk:
        found = fairness(desk)
    every = {(row["by"], row["group"]): row for row in found["wrongful"]}
    assert {k: every["all", "all"][k] for k in ("count", "of", "lapsed")} == {
        "count": 1, "of": 4, "lapsed": 1,
    }  # fmt: skip
    assert every["measure", "stop_non_counter"]["of"] == 3
    assert every["rule", "implicated"]["count"] == 0
    assert every["region", "990000"]["of"] == 4
    assert found["wrongful_person_days"] == 2.0
    assert (found["time_to_lift"]["median_hours"], found["time_to_lift"]["p95_hours"]) == (
        24.0,
        24.0,
    )
    assert found["time_to_lift"]["same_day"]["share"] == 0.0
    assert (found["notices"]["complete"]["share"], found["notices"]["delivered"]["count"]) == (
        1.0,
        0,
    )
    assert found["human_review"]["by_a_person"]["share"] == 1.0
    assert found["human_review"]["turned_down"]["count"] == 1
    assert found["human_review"]["appeals"] == {"granted": 1, "upheld": 1}
    assert found["reverification"] == [{"why": "clean_up", "asked": 2}]
    after = {"kept": 0, "closed": 0, "wrongly_closed": 0, "complaints": 0}
    assert found["clean_up"] == [{"campaign": "春", "cards": 2, "asked": 2, **after}]
    assert found["protected"]["orders_that_stop_them"]["count"] == 0
    assert found["protected"]["orders_that_stop_them"]["of"] == 4
    assert found["wrongful_person_days_by_card"] == {"account": 2.0}
    assert found["human_review"]["heavy_by_a_person"]["share"] == 1.0
    assert found["looks"] == [{"act": "look", "record": "notice", "purpose": "check", "count": 1}]
    assert any("wrongful" in line for line in lines(found))


def test_a_stranger_has_nothing_to_count(book):
    with book.read(OUTSIDER, at=AT) as desk:
        found = fairness(desk)
    assert found["wrongful"] == found["looks"] == found["clean_up"] == []


def test_an_empty_ledger_says_so(tmp_path):
    with ledger("sqlite", tmp_path).read(SYSTEM, at=AT) as desk:
        found = fairness(desk)
    assert found["time_to_lift"]["median_hours"] is None
    assert found["notices"]["complete"]["share"] is None
