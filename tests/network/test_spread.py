import polars as pl
import pytest

from duanka.network.evidence import together
from duanka.network.resolve import register
from duanka.network.rules import rules_of
from duanka.network.spread import spread
from duanka.network.suspicion import BELIEF
from network.ring_room import REGIME, account, frame
from network.test_evidence import piece

RULES = rules_of(REGIME)
HELD = register(
    {"account": frame("account", [account(c, f"P{c}") for c in "abcdefgh"] + [account("a2", "Pa")])}
)


def on(*cards, relation="used_on", host="d", kind="device", weight=1.0):
    return [
        piece(left_id=c, relation=relation, right_id=host, right_kind=kind, weight=weight)
        for c in cards
    ]


def believed(parts, **prior):
    rows = [("account", c, p) for c, p in prior.items()]
    told = pl.DataFrame(rows, schema=BELIEF, orient="row").sort("card_kind", "card_id")
    found = spread(together(parts), told, HELD, rules=RULES)
    return dict(zip(found.belief["card_id"], found.belief["belief"], strict=True)), found


def test_a_card_among_suspects_is_suspected_in_proportion():
    found, _ = believed(on("a", "b", "c", "d"), a=1.0, b=1.0, c=1.0)
    tie = RULES.ties["used_on"]
    assert found["d"] == pytest.approx(tie.strength * 3 / (3 + tie.strangers))


def test_the_more_strangers_share_the_less_it_means():
    few, _ = believed(on("a", "b", "h"), a=1.0, b=1.0)
    many, _ = believed(on("a", "b", "c", "d", "e", "f", "g", "h"), a=1.0, b=1.0)
    assert many["h"] < few["h"] / 2


def test_strangers_on_one_device_do_not_make_one_another_suspect():
    tie = RULES.ties["used_on"]
    found, _ = believed(on("a", "b", "c", "d", "e"), a=1.0)
    assert found["e"] == pytest.approx(tie.strength / (4 + tie.strangers))


def test_what_one_relation_brings_in_another_carries_on():
    parts = [*on("a", "b", "c"), *on("c", "d", relation="opened_with", host="M", kind="person")]
    found, _ = believed(parts, a=1.0, b=1.0)
    assert 0 < found["d"] < found["c"]


def test_nobody_is_their_own_witness_nor_are_their_other_cards():
    found, _ = believed(on("a", "a2"), a=0.9)
    assert found == {"a": 0.9}


@pytest.mark.parametrize("relation", ["online_from", "opened_at"])
def test_one_suspect_alone_says_nothing_over_a_weak_tie(relation):
    assert believed(on("a", "b", relation=relation), a=1.0)[0] == {"a": 1.0}
    assert "c" in believed(on("a", "b", "c", relation=relation), a=1.0, b=1.0)[0]


def test_suspicion_follows_money_down_and_never_up():
    parts = on("a", "b", "c", relation="paid", host="h", kind="account")
    found, _ = believed(parts, a=1.0, b=1.0)
    assert found["h"] > 0.2
    assert "c" not in found


def test_one_payer_makes_no_beneficiary_and_a_payees_own_cards_do_not_count():
    assert believed(on("a", relation="paid", host="h", kind="account"), a=1.0)[0] == {"a": 1.0}
    own = on("a", "a2", relation="paid", host="a", kind="account")
    assert believed(own, a2=1.0)[0] == {"a2": 1.0}


def test_a_host_is_as_pure_as_its_sharers_with_strangers_taken_for_granted():
    _, found = believed(on("a", "b", "c"), a=0.8, b=0.4)
    tie = RULES.ties["used_on"]
    row = found.ties.filter(pl.col("left_id") == "c").row(0, named=True)
    assert row["suspects"] == 2
    assert row["purity"] == pytest.approx(1.2 / (3 + tie.strangers))


def test_a_contact_phone_bound_to_the_account_is_one_witness_and_not_two():
    bound = on("a", "b", "h", relation="bound_to", host="s1", kind="sim")
    both = [*bound, *on("a", "b", "h", relation="run_by", host="s1", kind="sim")]
    assert believed(both, a=1.0, b=1.0)[0] == believed(bound, a=1.0, b=1.0)[0]


def test_contact_spreads_nothing():
    assert believed(on("a", "b", "c", relation="called", kind="sim"), a=1.0, b=1.0)[0] == {
        "a": 1.0,
        "b": 1.0,
    }
