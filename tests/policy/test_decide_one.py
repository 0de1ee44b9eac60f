from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.errors import BadInput
from duanka.policy import decide, decide_one
from duanka.policy.dated import load
from duanka.tables.words import TIERS

POLICY = load()
BOOK = decide_one.Book(POLICY)
DAYS = sorted(
    {
        day + timedelta(days=step)
        for day in POLICY.turning_days()
        for step in (-1, 0, 1)
        if day + timedelta(days=step) >= date(2016, 12, 1)
    }
)
SAID = ("then", "because", "legal_basis", "authority", "review", "expires_days", "note")
scores = st.sampled_from([0.0, 0.01, 0.05, 0.3, 0.5, 0.94, 0.95, 1.0]) | st.floats(0, 1)
families = st.lists(st.sampled_from(["money", "calls", "taint", "device"]), max_size=4)
reasons = st.lists(st.sampled_from(["in_count_7d", "out_count_7d", "implicated"]), max_size=3)
some = st.none() | st.booleans()
counts = st.none() | st.integers(0, 12)

transfers = st.fixed_dictionaries(
    {
        "score": scores,
        "families": families,
        "reasons": reasons,
        "amount_fen": st.sampled_from([1, 499_999, 500_000, 5_000_000]) | st.integers(1, 10**9),
        "protected": some,
        "implicated": some,
        "memo_kind": st.none() | st.sampled_from(["salary", "tax", "purchase", "other"]),
        "payer_tier": st.none() | st.sampled_from(TIERS),
        "payee_tier": st.none() | st.sampled_from(TIERS),
    }
)
calls = st.fixed_dictionaries(
    {
        "score": scores,
        "families": families,
        "reasons": reasons,
        "protected": some,
        "implicated": some,
    }
)
KINDS = ("sim", "iot", "class_1", "class_2", "class_3", "corporate", "payment", "unknown")
HELD = ("sims", "iot", "class_1", "class_2", "class_3", "payment", "debit_cards")
openings = st.fixed_dictionaries(
    {
        "score": scores,
        "families": families,
        "reasons": reasons,
        "disciplined": some,
        "asked_kind": st.none() | st.sampled_from(KINDS),
        "companion_applicants": counts,
        "terminal_applicants": counts,
        **{f"{name}_held": counts for name in HELD},
    }
)


def frame_of(facts, key):
    kinds = {"families": pl.List(pl.String), "reasons": pl.List(pl.String)}
    kinds |= dict.fromkeys(("protected", "implicated", "disciplined"), pl.Boolean)
    kinds |= dict.fromkeys(("memo_kind", "payer_tier", "payee_tier", "asked_kind"), pl.String)
    kinds |= {f"{n}_held": pl.Int64 for n in HELD}
    kinds |= {f"{n}_applicants": pl.Int64 for n in ("companion", "terminal")}
    held = {k: v for k, v in kinds.items() if k in facts[0]}
    frame = pl.DataFrame(facts, schema_overrides=held)
    return frame.with_columns(pl.int_range(len(facts)).cast(pl.String).alias(key))


def equal(one, row):
    told = {**row, "then": row.get("answer") or row.get("advice")}
    assert tuple(getattr(one, name) for name in SAID) == tuple(told[name] for name in SAID)
    assert list(one.reasons) == told["reasons"]


@settings(max_examples=60, deadline=None)
@given(st.lists(transfers, min_size=1, max_size=8), st.sampled_from(DAYS))
def test_a_transfer_is_answered_as_in_a_frame(facts, day):
    rules = BOOK.at(day)
    whole = decide.answer_events(frame_of(facts, "event_id"), POLICY.at(day), event_kind="transfer")
    for fact, row in zip(facts, whole.iter_rows(named=True), strict=True):
        equal(decide_one.answer_event(rules, "transfer", fact), row)


@settings(max_examples=40, deadline=None)
@given(st.lists(calls, min_size=1, max_size=8), st.sampled_from(DAYS))
def test_a_call_is_answered_as_in_a_frame(facts, day):
    whole = decide.answer_events(frame_of(facts, "event_id"), POLICY.at(day), event_kind="call")
    for fact, row in zip(facts, whole.iter_rows(named=True), strict=True):
        equal(decide_one.answer_event(BOOK.at(day), "call", fact), row)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(openings, min_size=1, max_size=8),
    st.sampled_from(DAYS),
    st.sampled_from(["account", "sim"]),
)
def test_an_application_is_advised_as_in_a_frame(facts, day, kind):
    frame = frame_of(facts, "opening_id")
    if kind == "sim":  # an empty kind is filled by default only where the column is absent or empty
        assert frame["asked_kind"].dtype == pl.String
    whole = decide.advise_openings(frame, POLICY.at(day), card_kind=kind)
    for fact, row in zip(facts, whole.iter_rows(named=True), strict=True):
        equal(decide_one.advise_opening(BOOK.at(day), kind, fact), row)


def test_days_between_two_turning_points_share_their_rules():
    turns = POLICY.turning_days()
    assert BOOK.at(turns[-1]) is BOOK.at(turns[-1] + timedelta(days=400))
    assert BOOK.at(turns[-1]) is not BOOK.at(turns[-1] - timedelta(days=1))


@pytest.mark.parametrize("score", [float("nan"), -0.1, 1.1])
def test_what_is_no_probability_is_refused(score):
    facts = {"score": score, "families": [], "reasons": [], "amount_fen": 5}
    with pytest.raises(BadInput):
        decide_one.answer_event(BOOK.at(DAYS[-1]), "transfer", facts)
    with pytest.raises(BadInput):
        decide_one.advise_opening(BOOK.at(DAYS[-1]), "sim", facts)


def test_a_case_that_lacks_a_column_is_refused():
    with pytest.raises(BadInput, match="event_kind"):
        BOOK.at(DAYS[-1]).outcome("intercept_timeout", "account", {"protected": False})
