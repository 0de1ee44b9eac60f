from datetime import date

import polars as pl
import pytest

from duanka.policy import dated
from duanka.web.hindsight_events import compare
from duanka.web.rules import changed

DAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def regime():
    return dated.load().at(DAY)


def rows(*told, **more):
    schema = {"event_id": pl.String, "score": pl.Float64, "answer": pl.String, "reasons": pl.List(pl.String)}  # fmt: skip
    return pl.DataFrame(told, orient="row", schema=schema | more)


TRANSFERS = rows(
    ("t1", 0.9, "delay_settlement", ["score_high"], 900_000, "other"),
    ("t2", 0.9, "allow", [], 900_000, "other"),  # one family alone spoke
    ("t3", 0.9, "allow", ["protected_payment"], 900_000, "other"),
    ("t4", 0.01, "allow", [], 900_000, "salary"),
    ("t5", 0.01, "suspend", ["implicated"], 100, "other"),
    ("t6", 0.01, "delay_settlement", ["payee_high_risk"], 100, "other"),  # a tier that no run keeps
    amount_fen=pl.Int64,
    memo_kind=pl.String,
)


def test_the_same_rules_change_nothing_and_what_they_cannot_tell_is_left_out(regime):
    found = compare(TRANSFERS, "transfer", regime, regime)
    assert (found.cards_count, found.same, found.moved) == (6, 5, 0)
    assert {(p["before"], p["after"]): p["n"] for p in found.measures} == {
        ("allow", "allow"): 3, ("delay_settlement", "delay_settlement"): 1, ("suspend", "suspend"): 1,
    }  # fmt: skip


def test_other_rules_move_those_that_hang_on_them_and_protected_payments_pass(regime):
    older = dated.load().at(date(2018, 1, 1))
    found = compare(TRANSFERS, "transfer", regime, older)
    assert [(one["event_id"], one["answer_b"]) for one in found.cards] == [("t1", "verify_transaction")]  # fmt: skip
    assert found.measures[-2]["way"] == "gentler"


def test_a_dataset_that_is_away_leaves_sums_unknown_and_the_rest_is_told(regime):
    away = TRANSFERS.with_columns(
        pl.lit(None).cast(pl.Int64).alias("amount_fen"), pl.lit(None).cast(pl.String).alias("memo_kind")
    )  # fmt: skip
    assert compare(away, "transfer", regime, regime).same >= 4


def test_calls_and_applications_are_answered_anew(regime):
    calls = rows(("c1", 0.01, "allow", []), ("c2", 0.01, "suspend", ["implicated"]))
    found = compare(calls, "call", regime, regime)
    assert found.kind == "call"
    assert found.cards_count == 2
    asked = rows(
        ("o1", 0.001, "allow", [], "account"), ("o2", 0.001, "allow", [], "sim"),
        ("o3", 0.95, "refuse_opening", ["score_high"], "account"), card_kind=pl.String,
    )  # fmt: skip
    kept = compare(asked, "opening", regime, regime)
    assert (kept.moved, kept.same >= 2) == (0, True)
    high = changed(regime, {"opening.high_risk_score": "0.99"})
    gentler = compare(asked, "opening", regime, high)
    assert gentler.same == kept.same
    assert {one["event_id"] for one in gentler.cards} <= {"o3"}
