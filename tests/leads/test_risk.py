from datetime import date

import polars as pl

from duanka.leads.risk import Risk, groups_of, risks_of

UNTIL = date(2026, 7, 1)
SCORE = pl.DataFrame(
    {
        "card_kind": ["account", "account", "sim", "account"],
        "card_id": ["A1", "A2", "S1", "A3"],
        "tier": ["high_risk", "normal", "suspicious", "suspicious"],
        "reasons": [["implicated", "in_count_1d"], [], ["implicated"], None],
        "score": [0.9, 0.1, 0.5, 0.6],
    }
)


def test_only_grade_class_and_expiry_are_told_and_of_normal_cards_nothing():
    found = risks_of(SCORE, until=UNTIL)
    assert set(found) == {"account:A1", "sim:S1", "account:A3"}
    assert found["account:A1"].grade == "high_risk"
    assert found["account:A1"].reason_class not in ("rule", "implicated")
    assert found["sim:S1"] == Risk("suspicious", "rule", "2026-07-01")


def test_by_its_number_a_card_is_named_as_both_sides_know_it():
    numbers = pl.DataFrame(
        {
            "card_kind": ["account", "sim", "account"],
            "card_id": ["A1", "S1", "A9"],
            "number": ["6200 0000-0000 0000000", "+86 16400001234", "1"],
        }
    )
    found = risks_of(SCORE, until=UNTIL, numbers=numbers)
    assert set(found) == {"account:6200000000000000000", "sim:16400001234"}


def test_cards_of_one_answer_stand_together():
    a, b = Risk("high_risk", "money", "d"), Risk("suspicious", "rule", "d")
    assert groups_of({"y": a, "x": a, "z": b}) == {a: ["x", "y"], b: ["z"]}
