"""The figures that are not about orders alone, against counts made by hand; all fifteen are named."""

from datetime import timedelta

import pytest

from desks import FOUND, at, finding, in_force, policy, sit
from dockets import go, proposed
from duanka.cases import appeal, case, figures_beside, order, reverification
from duanka.cases.appeal import Plea
from duanka.cases.case import Alerts
from duanka.cases.figures import fairness
from duanka.cases.reverification import Card
from duanka.leads import lead
from duanka.store.ledger import SYSTEM, Viewer
from duanka.web.people import add_user
from leads_room import LEAD, UNIT
from ledgers import ANALYST, AT, OFFICER, OFFICER_2, OUTSIDER, REVIEWER, ledger


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def seen(book, ask, who=SYSTEM):
    with book.read(who, at=at(60)) as desk:
        return ask(desk)


def test_every_figure_that_ought_to_be_published_is_here_or_its_place_is_told(book):
    found = seen(book, fairness)
    assert [row["item"] for row in found["fifteen"]] == list(range(1, 16))
    for row in found["fifteen"]:
        names = {word.strip(",;") for word in row["told"].split()}
        assert names & set(found) or "`duanka " in row["told"], row


def test_leads_have_their_speed_by_institution_and_half_an_hour_counts(book):
    regime = policy().at(AT.date())
    for number, late in (("L1", 20), ("L2", 50)):
        told = LEAD | {"lead_id": number, "issued_at": AT.isoformat()}
        with sit(book, SYSTEM, AT + timedelta(minutes=5)) as desk:
            kept = lead.receive(desk, told, unit=UNIT, sender_id="p", regime=regime)
            kept = lead.matched(desk, kept, ["A1"])
        with sit(book, SYSTEM, AT + timedelta(minutes=late)) as desk:
            lead.controlled(desk, kept, order_id="o", measure="suspend")
    with sit(book, SYSTEM, AT + timedelta(minutes=9)) as desk:
        away = ("bank_2", "990101")
        lead.receive(desk, LEAD | {"lead_id": "L3"}, unit=away, sender_id="p", regime=regime)
    ours, theirs = seen(book, figures_beside.lead_speed)
    assert (ours["institution"], ours["leads"]) == ("bank_1", 2)
    assert (ours["received_median_minutes"], ours["control_median_minutes"]) == (5.0, 30.0)
    assert (ours["prompt"]["count"], ours["prompt"]["of"]) == (1, 2)
    assert (theirs["received_median_minutes"], theirs["control_median_minutes"]) == (9.0, None)
    assert theirs["prompt"]["share"] is None
    assert [one["institution"] for one in seen(book, figures_beside.lead_speed, OUTSIDER)] == [
        "bank_2"
    ]


def test_a_campaign_counts_who_was_kept_closed_wrongly_closed_and_who_complained(book):
    with sit(book, SYSTEM) as desk:
        cards = [Card("account", f"B{i}", "bank_1", "990101") for i in range(3)]
        started = reverification.start(desk, "春", cards, policy())
        asked = {one.about: one for one in _asked(desk, started.id)}
        reverification.answer(desk, asked["account:B0"], "passed", policy())
    in_force(book, finding("suspend", card_id="B1"))
    later = {"card_id": "B1", "as_of": "2026-06-01T00:00:01+08:00"}
    closed = in_force(book, finding("close", **later))
    with sit(book, SYSTEM, at(1)) as desk:
        plea = appeal.receive(desk, closed, Plea("1", "letter", "x"), policy())
    with sit(book, REVIEWER, at(2)) as desk:
        appeal.grant(desk, plea, policy(), because="x")
    (row,) = seen(book, fairness)["clean_up"]
    assert {name: row[name] for name in ("cards", "kept", "closed", "wrongly_closed")} == {
        "cards": 3, "kept": 1, "closed": 1, "wrongly_closed": 1,
    }  # fmt: skip
    assert row["complaints"] == 1


def _asked(desk, campaign_id):
    from duanka.store.ledger import Wanted

    return desk.find(Wanted("reverification", parent_id=campaign_id))


def test_second_opinions_and_looks_are_told_by_role(book):
    add_user(book, Viewer("ana", ("analyst",), ("*",), ("*",)), "a password of theirs", at=AT)
    for number, agree in (("A1", "yes"), ("A2", "no")):
        found = Alerts("card", f"account:{number}", (FOUND,))
        with sit(book, SYSTEM) as desk:
            made = case.open_case(desk, found, policy())
        with sit(book, ANALYST) as desk:
            made = case.take_up(desk, case.assign(desk, made, "ana"))
            made = case.conclude(desk, made, "suspicion_stays", policy(), because="x")
        with sit(book, OFFICER, at(1)) as desk:
            if made.state == "awaiting_second":
                case.confirm(desk, made, agree=agree, because="x")
    of = in_force(book, finding("restrict"))
    with sit(book, ANALYST, at(1)) as desk:
        desk.look("notice", of.body["notice_id"])
    agreed = seen(book, figures_beside.second_opinions)
    assert (agreed["count"], agreed["of"]) == (1, 2)
    told = seen(book, figures_beside.sharing)
    assert {"role": "analyst", "act": "look", "count": 1} in told["by_role"]


def test_a_listing_that_was_withdrawn_after_an_objection_is_overturned(book):
    one = proposed(book)
    one = go(book, one, "noticed", 1)
    one = go(book, one, "objected", 2)
    go(book, one, "withdrawn", 3)
    found = seen(book, figures_beside.listings)
    assert (found["objected"]["count"], found["overturned"]["count"]) == (1, 1)
    assert found["overturned"]["of"] == 1


def test_closed_in_good_order_is_not_wrongly_closed(book):
    of = in_force(book, finding("restrict", card_id="A5"))
    with sit(book, OFFICER_2, at(3)) as desk:
        order.lift(desk, of, policy(), because="review")
    days = seen(book, fairness)["wrongful_person_days_by_card"]
    assert days == {"account": 3.0}
