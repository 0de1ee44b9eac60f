import polars as pl
import pytest

from duanka.errors import BadInput
from duanka.leads.match import cards_named, linked, pair_digest, tidied

FRAMES = {
    "account": pl.DataFrame(
        {
            "account_id": ["A1", "A2", "A3"],
            "holder_id": ["P1", "P1", None],
            "institution_id": ["b"] * 3,
        }
    ),
    "sim": pl.DataFrame(
        {"sim_id": ["S1", "A1"], "holder_id": ["P1", "P2"], "institution_id": ["t"] * 2}
    ),
}
KEY = "a secret of two parties"


def leads(*rows):
    return pl.DataFrame(rows, schema=["lead_id", "card_kind", "card_id", "digested"], orient="row")


def test_a_lead_names_a_card_of_its_kind_and_no_other():
    found = cards_named(leads(("L1", "account", "A1", False), ("L2", "sim", "A2", None)), FRAMES)
    assert found.rows() == [("L1", "account", "A1", "P1", "b")]


def test_a_digest_names_the_same_card_only_under_the_key_of_the_pair():
    told = pair_digest(pl.Series(["A2"]), pair_key=KEY)[0]
    assert "A2" not in told
    hidden = leads(("L1", "account", told, True))
    assert cards_named(hidden, FRAMES, pair_key=KEY)["card_id"].to_list() == ["A2"]
    assert cards_named(hidden, FRAMES, pair_key="another").is_empty()
    with pytest.raises(BadInput):
        cards_named(hidden, FRAMES)


def test_linked_cards_are_the_holders_others_of_both_kinds():
    named = cards_named(
        leads(("L1", "account", "A1", False), ("L2", "account", "A3", False)), FRAMES
    )
    assert linked(named, FRAMES).select("lead_id", "card_kind", "card_id").rows() == [
        ("L1", "account", "A2"),
        ("L1", "sim", "S1"),
    ]


def test_without_registers_nothing_is_named():
    named = cards_named(leads(("L1", "account", "A1", False)), {})
    assert named.is_empty()
    assert linked(named, {}).is_empty()


def test_a_card_is_named_by_its_number_too_in_whatever_spelling_and_hidden_as_well():
    numbers = pl.DataFrame(
        {
            "card_kind": ["account", "sim"],
            "card_id": ["A2", "S1"],
            "number": ["6200 0000", "+8616400001234"],
        }
    )
    known = tidied(numbers)
    told = pair_digest(pl.Series(["16400001234"]), pair_key=KEY)[0]
    asked = leads(
        ("L1", "account", "62000000", False),
        ("L2", "sim", told, True),
        ("L3", "account", "A1", False),
    )
    found = cards_named(asked, FRAMES, pair_key=KEY, numbers=known)
    assert found.select("lead_id", "card_id").rows() == [("L1", "A2"), ("L2", "S1"), ("L3", "A1")]
