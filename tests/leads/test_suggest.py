from datetime import timedelta

import polars as pl
import pytest

from duanka.errors import BadInput, Conflict
from duanka.leads import lead, suggest
from duanka.leads.match import cards_named
from duanka.store.ledger import SYSTEM, Wanted
from leads_room import LEAD, UNIT, policy
from ledgers import AT, ledger

REGIME = policy().at(AT.date())
MOST = int(REGIME.number("leads.shared_device_people_most"))
DAY = timedelta(days=1)


def accounts(*pairs):
    return pl.DataFrame(
        [(a, p, "bank_1") for a, p in pairs],
        schema=["account_id", "holder_id", "institution_id"],
        orient="row",
    )


def uses(*rows):
    told = [(at, "account", card, device) for at, card, device in rows]
    return pl.DataFrame(told, schema=["at", "card_kind", "card_id", "device_id"], orient="row")


def found(frames, card="A1"):
    told = pl.DataFrame({"lead_id": ["L1"], "card_kind": ["account"], "card_id": [card]})
    named = cards_named(told, frames)
    made = suggest.suggestions(named, frames, as_of=AT, regime=REGIME)
    return {row["card_id"]: row["ties"] for row in made.iter_rows(named=True)}


PEOPLE = accounts(("A1", "P1"), ("A2", "P1"), ("A3", "P3"), ("A4", "P4"), ("A5", "P5"))


def test_cards_hang_together_by_holder_device_and_network_and_each_says_how():
    network = pl.DataFrame(
        {
            "network_id": ["N1"] * 3 + ["N2"],
            "subject_kind": ["account"] * 4,
            "subject_id": ["A1", "A3", "A4", "A5"],
        }
    )
    frames = {
        "account": PEOPLE,
        "device_use": uses((AT - DAY, "A1", "D1"), (AT - DAY, "A3", "D1")),
        "network": network,
    }
    assert found(frames) == {
        "A2": ["same_holder"],
        "A3": ["same_device", "same_network"],
        "A4": ["same_network"],
    }


def test_a_device_that_many_use_links_nobody_nor_one_of_long_ago_or_of_tomorrow():
    crowd = accounts(("A1", "P1"), *[(f"B{n}", f"Q{n}") for n in range(MOST)])
    busy = uses(*[(AT - DAY, card, "D1") for card in crowd["account_id"]])
    assert found({"account": crowd, "device_use": busy}) == {}
    few = crowd.head(MOST)
    assert len(found({"account": few, "device_use": busy.head(MOST)})) == MOST - 1
    days = REGIME.number("leads.linked_days")
    for at in (AT - (days + 1) * DAY, AT):
        told = uses((at, "A1", "D1"), (at, "A3", "D1"))
        assert "A3" not in found({"account": PEOPLE, "device_use": told})


def test_a_victim_is_not_suggested_for_being_near():
    role = pl.DataFrame({"subject_kind": ["person"], "subject_id": ["P3"], "role": ["victim"]})
    told = uses((AT - DAY, "A1", "D1"), (AT - DAY, "A3", "D1"))
    assert found({"account": PEOPLE, "device_use": told, "role": role}) == {"A2": ["same_holder"]}
    other = role.with_columns(role=pl.lit("mule"))
    assert "A3" in found({"account": PEOPLE, "device_use": told, "role": other})


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def test_a_suggestion_is_kept_once_and_closed_by_a_person_with_a_reason(book):
    with book.desk(SYSTEM, at=AT, purpose="t") as desk:
        of = lead.receive(desk, LEAD, unit=UNIT, sender_id="police_1", regime=REGIME)
        for fresh in (True, False):
            assert (
                suggest.suggest(desk, of, ("account", "A2"), ["same_holder"], regime=REGIME)
                is fresh
            )
        suggest.suggest(desk, of, ("account", "A3"), ["same_network"], regime=REGIME)
        one, other = sorted(desk.each(Wanted("suggestion")), key=lambda r: r.about)
        assert (one.about, one.institution_id, other.due_at) == ("account:A2", "bank_1", None)
        assert one.due_at == AT + timedelta(
            days=REGIME.number("leads.reverify_other_accounts_days")
        )
        with pytest.raises(BadInput, match="reason"):
            suggest.close(desk, one, "dismissed", because=" ")
        with pytest.raises(BadInput, match="outcome"):
            suggest.close(desk, one, "guilty", because="x")
        done = suggest.close(desk, one, "to_verify", because="same holder")
        with pytest.raises(Conflict):
            suggest.close(desk, done, "dismissed", because="x")
        assert desk.find(Wanted("order")) == []  # nothing happens to the card by it
