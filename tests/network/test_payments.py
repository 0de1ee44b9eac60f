import polars as pl
import pytest

from duanka.network import payments
from duanka.network.resolve import register
from duanka.network.rules import rules_of
from network.ring_room import REGIME, account, frame, hour, paid
from network.test_sightings import seeds

RULES = rules_of(REGIME)


def money(rows):
    return payments.moved({"transfer": frame("transfer", rows).sort("at")}, since=hour(0))


def pairs(found):
    return {(r["left_id"], r["right_id"]): r["weight"] for r in found.to_dicts()}


def test_only_money_that_can_be_followed_is_money():
    rows = [
        paid("1", 1, "a", "b"), paid("2", 1, "a", "a"), paid("3", 1, "a", "CASH"), paid("4", 1, "a", "MERCHANT:1"),
        paid("5", 1, "a", "b", outcome="failed"), paid("6", -1, "a", "b"), paid("7", 1, "CASH", "b"),
    ]  # fmt: skip
    assert money(rows).collect().height == 1
    assert payments.moved({}, since=hour(0)).collect().is_empty()


def test_a_beneficiary_of_suspects_is_told_with_all_who_pay_it():
    rows = [paid("1", 1, "a", "x"), paid("2", 2, "h", "x"), paid("3", 3, "h", "y")]
    found = payments.beneficiaries(money(rows), seeds("a"), rules=RULES)
    assert set(pairs(found)) == {("a", "x"), ("h", "x")}


def test_what_goes_on_within_minutes_of_its_arrival_weighs_double():
    rows = [
        paid("1", 1, "v", "a", 1000), paid("2", 1.5, "a", "x", 990),
        paid("3", 1, "v", "b", 1000), paid("4", 30, "b", "x", 990),
    ]  # fmt: skip
    found = pairs(payments.beneficiaries(money(rows), seeds("a", "b"), rules=RULES))
    assert found == {("a", "x"): 1.0, ("b", "x"): 0.5}


@pytest.mark.parametrize(("given", "told"), [(200, True), (201, False)])
def test_bait_that_came_back_makes_no_beneficiary_of_a_victim(given, told):
    rows = [paid("1", 1, "a", "v", 100), paid("2", 2, "v", "b", given)]
    found = payments.beneficiaries(money(rows), seeds("a", "b"), rules=RULES)
    assert (("a", "v") in pairs(found)) is told


def test_who_pays_holders_the_price_of_a_card_is_told_and_a_victim_is_not():
    held = register(
        {
            "account": frame(
                "account",
                [account("a", "A"), account("own", "A"), account("b", "B"), account("ownb", "B")],
            )
        }
    )
    rows = [
        paid("1", 1, "dealer", "own", 50_000), paid("2", 2, "dealer", "ownb", 50_000), paid("3", 3, "dealer", "z", 100),
        paid("4", 4, "v", "a", 50_000), paid("5", 5, "rich", "own", 9_000_000), paid("6", 6, "b", "ownb", 100),
    ]  # fmt: skip
    found = payments.buyers(money(rows), held, seeds("a", "b"), rules=RULES)
    assert set(pairs(found)) == {("own", "dealer"), ("ownb", "dealer"), ("z", "dealer")}


def test_without_money_nothing_is_told():
    held = register({})
    assert payments.beneficiaries(money([]), seeds("a"), rules=RULES).is_empty()
    assert payments.buyers(money([]), held, seeds("a"), rules=RULES).is_empty()
    assert payments.passed_on(money([]), pl.DataFrame({"card_id": ["a"]}), rules=RULES).is_empty()
