import datetime as dt

import polars as pl
import pytest

from duanka.network import role_openings
from network.role_room import (
    SELLERS,
    account,
    day,
    frame,
    known,
    opening,
    ring,
    scores,
    sim,
    values,
)


@pytest.fixture(scope="module")
def room():
    return known()


def test_who_comes_with_several_sellers_is_told_and_a_parent_is_not(room):
    openings = role_openings.opened(room)
    assert set(values(role_openings.companions(room, openings), "companion")) == {"MINDER"}
    led = values(role_openings.accompanied(room, openings), "was_accompanied")
    assert set(led) == set(SELLERS)


def test_the_clerk_of_an_intake_is_not_told_for_the_one_among_a_hundred():
    accounts = [account(f"a{n}", f"P{n}") for n in range(100)]
    rows = [opening(f"n{n}", 5, f"a{n}", f"P{n}", "CLERK") for n in range(100)]
    frames = {
        "account": frame("account", [*accounts, account("a-C", "CLERK")]),
        "opening": frame("opening", rows),
    }
    some = known(frames, scores(a3=0.9, a4=0.9))
    assert role_openings.companions(some, role_openings.opened(some)).is_empty()


def firms(*, agent, people):
    """Firms with the agent's number, each represented by one of the people, all accounts suspected."""
    rows = [{"organisation_id": f"O{n}", "legal_person_id": who, "registered_on": dt.date(2026, 2, 20), "contact_sim_id": agent}
            for n, who in enumerate(people)]  # fmt: skip
    frames = {
        "organisation": frame("organisation", rows),
        "account": frame("account", [account(f"c{n}", f"O{n}", account_kind="corporate") for n in range(len(people))]),
        "sim": frame("sim", [sim("s-AGENT", "AGENT"), *(sim(f"s-{who}", who) for who in people)]),
    }  # fmt: skip
    return known(frames, scores(**{f"c{n}": 0.9 for n in range(len(people))}))


def test_who_stands_behind_firms_of_others_is_told_apart_from_who_lent_the_name():
    some = firms(agent="s-AGENT", people=("P1", "P2", "P3"))
    represents, suspected, many = role_openings.firms(some)
    assert values(represents, "represents_suspected") == {"P1": 0.9, "P2": 0.9, "P3": 0.9}
    assert values(suspected, "firms_suspected") == {"AGENT": 2.7}
    assert values(many, "many_firms") == {"AGENT": 2.5}


def test_who_runs_one_firm_of_his_own_is_no_agent():
    _, suspected, many = role_openings.firms(firms(agent="s-P1", people=("P1",)))
    assert suspected.is_empty()
    assert many.is_empty()


def test_staff_are_told_by_what_the_outlet_and_chance_do_not_explain(room):
    excess, odd, companion, soon = role_openings.staff(room)
    assert set(values(excess, "excess")) == {"f2"}
    assert values(excess, "excess")["f2"] > 3
    assert values(companion, "same_companion") == {"f2": 4.0}
    assert values(soon, "sold_soon") == {"f2": 4.0}
    # midnight in UTC is eight in the morning
    assert values(odd, "odd_hours")["f2"] == 4


def test_one_suspected_card_among_many_is_little_and_an_outlet_of_equals_is_nothing():
    rows = [account(f"a{n}", f"P{n}", staff_id=f"f{n % 5}", opened_at=day(3)) for n in range(300)]
    frames = {"account": frame("account", rows)}
    one = role_openings.staff(known(frames, scores(a0=0.9)))[0]
    assert values(one, "excess")["f0"] < 0.9
    all_ = role_openings.staff(known(frames, scores(**{f"a{n}": 0.9 for n in range(50)})))[0]
    assert max(values(all_, "excess").values(), default=0) < 1.5


def test_without_these_tables_nothing_is_said():
    nothing = known({}, scores(a=0.9))
    assert role_openings.companions(nothing, role_openings.opened(nothing)).is_empty()
    assert all(part.is_empty() for part in role_openings.firms(nothing))
    assert all(part.is_empty() for part in role_openings.staff(nothing))


def test_openings_that_name_no_companion_say_nothing_of_companions():
    frames, score = ring()
    frames["opening"] = frames["opening"].with_columns(companion_id=pl.lit(None, dtype=pl.String))
    some = known(frames, score)
    assert role_openings.companions(some, role_openings.opened(some)).is_empty()
