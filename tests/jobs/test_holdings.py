from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.jobs.holdings import opening_facts
from office import AS_OF, account, before, dataset, opening, regime, sim

COMPANION_DAYS = int(regime().number("opening.companion_window_days"))
TERMINAL_MINUTES = int(regime().number("opening.terminal_window_minutes"))


def facts(companies=None, **rows):
    held = dataset(**rows)
    ids = held.asker.records.frames["opening"]["opening_id"]
    found = opening_facts(held.asker.records, regime(), companies=companies)
    return dict(zip(ids, found.iter_rows(named=True), strict=True))


def test_cards_held_with_the_company_before_are_counted_by_kind():
    rows = [
        account("a1", account_kind="class_1"),
        account("a2", account_kind="class_2"),
        account("a3", account_kind="class_2"),
        account("a4", account_kind="class_3"),
        account("a5", account_kind="payment"),
        account("a6", account_kind="corporate"),
        account("else", bank="another", account_kind="class_2"),
        account("hers", holder="q", account_kind="class_2"),
        account("later", account_kind="class_2", opened_at=before(1)),
        account("then", account_kind="class_2", opened_at=before(2)),
        account("new", account_kind="class_2", opened_at=before(2, minutes=-5)),
    ]
    told = facts(account=rows, opening=[opening("o", "p", before(2), card_id="new")])["o"]
    assert told["asked_kind"] == "class_2"
    held = {k: v for k, v in told.items() if k.endswith("_held")}
    assert held == {
        "class_1_held": 1,
        "class_2_held": 2,
        "class_3_held": 1,
        "payment_held": 1,
        "debit_cards_held": 4,
        "sims_held": 0,
        "iot_held": 0,
    }


def test_phone_and_iot_cards_are_counted_apart_and_at_the_outlets_operator():
    rows = [
        sim("s1", outlet_id="hall"),
        sim("s2", outlet_id="hall"),
        sim("i1", outlet_id="hall", sim_kind="iot"),
        sim("m1", operator="mvno"),
    ]
    asked = opening("o", "p", before(2), card_kind="sim", outlet_id="hall", outcome="refused")
    told = facts(sim=rows, opening=[asked])["o"]
    assert (told["sims_held"], told["iot_held"]) == (2, 1)
    assert told["asked_kind"] == "sim"
    assert told["debit_cards_held"] == 0


@pytest.mark.parametrize("minutes", [-60, -1, 0, 1, 60])
def test_the_card_applied_for_is_not_among_those_held(minutes):
    """However a register dates it: before, with or after its application."""
    rows = [
        account("old", account_kind="class_1"),
        account("new", opened_at=before(2, minutes=minutes)),
        sim("fresh", activated_at=before(2, minutes=minutes)),
    ]
    asked = [
        opening("o", "p", before(2), card_id="new"),
        opening("s", "p", before(2), card_id="fresh", card_kind="sim"),
    ]
    told = facts(account=rows[:2], sim=rows[2:], opening=asked)
    assert told["o"]["class_1_held"] == 1
    assert told["s"]["sims_held"] == 0


def test_a_card_that_the_register_gives_to_another_takes_nothing_away():
    rows = [account("mine"), account("new", holder="q", opened_at=before(9))]
    told = facts(account=rows, opening=[opening("o", "p", before(2), card_id="new")])["o"]
    assert told["class_1_held"] == 1


def test_limits_on_persons_leave_companies_out():
    rows = [account(f"a{n}", holder="firm") for n in range(3)]
    asked = [opening("o", "firm", before(2), card_id="a0")]
    assert facts(account=rows, opening=asked)["o"]["class_1_held"] == 2
    firm = pl.Series(["firm"])
    assert facts(firm, account=rows, opening=asked)["o"]["class_1_held"] == 0


def test_a_kind_that_no_register_tells_is_unknown():
    told = facts(opening=[opening("o", "p", before(2))])["o"]
    assert told["asked_kind"] == "unknown"
    assert told["debit_cards_held"] == 0


def test_a_companions_applicants_are_different_people_in_the_window_this_one_included():
    def asked(name, who, days):
        return opening(name, who, before(days), companion_id="minder")

    told = facts(
        opening=[
            asked("first", "p1", COMPANION_DAYS + 1),
            asked("same", "p2", COMPANION_DAYS),
            asked("again", "p2", 5),
            asked("third", "p3", 3),
            opening("alone", "p4", before(3)),
            asked("last", "p5", 0.5),
        ]
    )
    count = {name: row["companion_applicants"] for name, row in told.items()}
    assert count == {"first": 1, "same": 2, "again": 2, "third": 3, "alone": 0, "last": 3}


def test_applications_of_one_instant_at_one_terminal_count_each_other():
    rows = [opening(f"o{n}", f"p{n}", before(1), terminal_id="t") for n in range(3)]
    rows.append(opening("other", "q", before(1), terminal_id="u"))
    told = facts(opening=rows)
    assert [told[f"o{n}"]["terminal_applicants"] for n in range(3)] == [3, 3, 3]
    assert told["other"]["terminal_applicants"] == 1


def naive_applicants(rows, host, window):
    """What the batch counts are, in plain loops."""
    out = {}
    for row in rows:
        if row.get(host) is None:
            out[row["opening_id"]] = 0
            continue
        near = {
            other["applicant_id"]
            for other in rows
            if other.get(host) == row[host] and row["at"] - window < other["at"] <= row["at"]
        }
        out[row["opening_id"]] = len(near)
    return out


def naive_held(accounts, row, kind):
    """How many accounts of the kind the applicant held with that bank before, in plain loops."""
    card = next((a for a in accounts if a["account_id"] == row["card_id"]), None)
    return sum(
        a["holder_id"] == row["applicant_id"]
        and a["institution_id"] == card["institution_id"]
        and a["account_kind"] == kind
        and a["opened_at"] < row["at"]
        and a["account_id"] != row["card_id"]
        for a in accounts
    )


@st.composite
def counters(draw):
    accounts = [
        account(
            f"a{n}",
            holder=draw(st.sampled_from("pqr")),
            bank=draw(st.sampled_from(["x", "y"])),
            account_kind=draw(st.sampled_from(["class_1", "class_2", "payment"])),
            opened_at=before(draw(st.integers(1, 6))),
        )
        for n in range(draw(st.integers(1, 8)))
    ]
    openings = [
        opening(
            f"o{n}",
            draw(st.sampled_from("pqrs")),
            before(draw(st.integers(1, 6)), minutes=draw(st.sampled_from([0, 0, 20, 40]))),
            card_id=draw(st.sampled_from([a["account_id"] for a in accounts])),
            companion_id=draw(st.sampled_from([None, "m", "n"])),
            terminal_id=draw(st.sampled_from([None, "t"])),
        )
        for n in range(draw(st.integers(1, 10)))
    ]
    return accounts, openings


@given(counters())
@settings(max_examples=60, deadline=None)
def test_counts_are_those_of_the_plain_loops(rows):
    accounts, openings = rows
    told = facts(account=accounts, opening=openings)
    companions = naive_applicants(openings, "companion_id", timedelta(days=COMPANION_DAYS))
    terminals = naive_applicants(openings, "terminal_id", timedelta(minutes=TERMINAL_MINUTES))
    for row in openings:
        mine = told[row["opening_id"]]
        assert mine["companion_applicants"] == companions[row["opening_id"]]
        assert mine["terminal_applicants"] == terminals[row["opening_id"]]
        for kind in ("class_1", "class_2", "payment"):
            assert mine[f"{kind}_held"] == naive_held(accounts, row, kind)
    assert max(row["at"] for row in openings) < AS_OF
