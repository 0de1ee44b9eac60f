import polars as pl

from duanka.network.applied import bound, held, opened, run
from duanka.network.resolve import register
from duanka.network.rules import rules_of
from network.ring_room import REGIME, account, frame, hour, sim
from network.test_sightings import seeds

RULES = rules_of(REGIME)


def opening(n, at, card, **more):
    return {
        "opening_id": n, "at": hour(at), "card_kind": "account", "card_id": card, "applicant_id": f"P{card}",
        "outlet_id": "o", "outcome": "opened", **more,
    }  # fmt: skip


def ends(found, relation):
    rows = found.filter(pl.col("relation") == relation)
    return sorted(zip(rows["left_id"], rows["right_id"], strict=True))


def test_a_companion_of_several_is_told_and_one_who_came_alone_is_not():
    rows = [
        opening("1", 1, "a", companion_id="M"), opening("2", 2, "b", companion_id="M"),
        opening("3", 3, "c", companion_id="Pc"), opening("4", 4, "d"),
    ]  # fmt: skip
    found = opened({"opening": frame("opening", rows)}, seeds("a", "c"), since=hour(0), rules=RULES)
    assert ends(found, "opened_with") == [("a", "M"), ("b", "M")]


def test_a_terminal_counts_only_within_minutes():
    rows = [
        opening(n, at, c, terminal_id="T")
        for n, at, c in (("1", 1.0, "a"), ("2", 1.2, "b"), ("3", 9.0, "c"))
    ]
    found = opened({"opening": frame("opening", rows)}, seeds("a"), since=hour(0), rules=RULES)
    assert {left for left, _ in ends(found, "opened_at")} == {"a", "b"}
    assert opened({}, seeds("a"), since=hour(0), rules=RULES).is_empty()


def test_a_refused_application_has_no_card_to_tie():
    rows = [opening("1", 1, None, companion_id="M"), opening("2", 1, "b", companion_id="M")]
    found = opened({"opening": frame("opening", rows)}, seeds("b"), since=hour(0), rules=RULES)
    assert ends(found, "opened_with") == [("b", "M")]


def test_accounts_bound_to_one_phone_are_told_around_a_seed_of_either_kind():
    frames = {
        "account": frame("account", [account(c, f"P{c}", sim_id=s) for c, s in (("a", "s1"), ("b", "s1"), ("c", "s2"))]),
        "sim": frame("sim", [sim("s1", "X")]),
    }  # fmt: skip
    held_ = register(frames)
    assert ends(bound(held_, seeds("a")), "bound_to") == [("a", "s1"), ("b", "s1")]
    assert ends(bound(held_, seeds("s1")), "bound_to") == [("a", "s1"), ("b", "s1")]
    assert ends(bound(held_, seeds("c")), "bound_to") == [("c", "s2")]


def test_companies_of_one_agent_are_told():
    companies = [
        {
            "organisation_id": f"C{n}",
            "legal_person_id": f"L{n}",
            "contact_sim_id": "s9" if n < 3 else "s8",
        }
        for n in range(4)
    ]
    frames = {
        "account": frame("account", [account(f"c{n}", f"C{n}") for n in range(4)]),
        "organisation": frame("organisation", companies),
    }
    found = run(frames, register(frames), seeds("c0"))
    assert ends(found, "run_by") == [("c0", "L0"), ("c0", "s9"), ("c1", "s9"), ("c2", "s9")]
    assert run({}, register({}), seeds("c0")).is_empty()


def test_each_card_is_tied_to_its_holder():
    held_ = register({"account": frame("account", [account("a", "P"), account("b", "Q")])})
    assert ends(held(held_, seeds("a")), "held_by") == [("a", "P")]
