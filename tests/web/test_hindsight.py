from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from duanka.policy import dated
from duanka.web.hindsight import compare, scenarios
from duanka.web.rules import changed

DAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def regime():
    return dated.load().at(DAY)


def rows(*told):
    return pl.DataFrame(
        told, orient="row",
        schema={"card_id": pl.String, "score": pl.Float64, "tier": pl.String, "measure": pl.String, "reasons": pl.List(pl.String)},
    )  # fmt: skip


SOME = rows(
    ("A1", 0.95, "high_risk", "restrict", ["in_first_count_7d"]),
    ("A2", 0.6, "high_risk", "delay_settlement", ["in_first_count_7d"]),
    ("A3", 0.01, "high_risk", "suspend", ["implicated"]),
    ("A4", 0.9, "normal", "allow", ["cleared"]),
    ("A5", 0.001, "normal", "allow", []),
)


def test_the_same_rules_say_what_the_run_wrote(regime):
    found = compare(
        SOME, "account", changed(regime, {"account_tiers.high_risk_capacity_per_10k": "9999"}), regime
    )  # fmt: skip
    assert (found.cards_count, found.same) == (5, 5)
    assert found.moved == 1  # of five cards the capacity of ten in 10,000 leaves one place


def test_a_higher_line_is_gentler_and_facts_stay(regime):
    before = changed(regime, {"account_tiers.high_risk_capacity_per_10k": "9999"})
    after = changed(before, {"account_tiers.high_risk_score": "0.8"})
    found = compare(SOME, "account", before, after)
    assert [card["card_id"] for card in found.cards] == ["A2"]
    assert found.cards[0]["tier_b"] == "suspicious"
    ways = {(p["before"], p["after"]): (p["way"], p["n"]) for p in found.tiers}
    assert ways["high_risk", "suspicious"] == ("gentler", 1)
    assert ways["high_risk", "high_risk"] == ("same", 2)


def test_one_card_if_something_were_otherwise(regime):
    card = SOME.row(0, named=True)
    found = {one["what"]: one for one in scenarios(card, "account", regime)}
    assert (found["as_is"]["tier"], found["as_is"]["measure"]) == ("high_risk", "restrict")
    assert found["cleared"]["measure"] == "allow"
    assert found["victim"]["tier"] == "suspicious"
    assert found["one_family"]["because"] == "single_family_only"
    assert found["implicated"]["measure"] == "suspend"
    assert found["just_high"]["score"] == regime.number("account_tiers.high_risk_score")


def test_a_phone_card_has_rules_of_its_own(regime):
    card = SOME.row(1, named=True) | {"reasons": ["reverification_failed", "out_count_7d"]}
    found = {one["what"]: one for one in scenarios(card, "sim", regime)}
    again = {one["what"]: one for one in scenarios(card | {"reasons": []}, "sim", regime)}
    assert found["as_is"]["because"] == "reverification_failed"
    assert again["as_is"]["measure"] == "reverify_identity"


def test_the_candidate_is_compared_and_adopted_by_nobody(regime):
    tried = changed(regime, {"account_tiers.least_families": "3"})
    assert regime["account_tiers.least_families"] == 2
    assert replace(tried, day=DAY)["account_tiers.least_families"] == 3
