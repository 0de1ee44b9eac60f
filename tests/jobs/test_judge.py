"""Decisions on datasets written by hand, by judges that look at chosen columns only."""

import numpy as np
import polars as pl
import pytest

from duanka.features import catalogue
from duanka.features.spec import DAY
from duanka.jobs import judge as judging
from duanka.jobs.judge import judge_cards, judge_events, judge_openings, tell
from duanka.jobs.judges import Judge
from duanka.models.examples import Examples, TrainSettings
from duanka.models.train import train
from office import (
    AS_OF,
    account,
    before,
    call,
    dataset,
    judge_of,
    label,
    lead,
    opening,
    regime,
    sim,
    transfer,
)

FAMILY = {f.name: f.family for s in catalogue.SUBJECTS for f in catalogue.features_of(s)}
# two families that paying a reported card from a fresh device at night speaks in
PAID_BAD, AT_NIGHT = "to_lead_count_90d", "out_night_count_90d"


def decided(found, name, key="card_id"):
    return found.table.row(by_predicate=pl.col(key) == name, named=True)


def quiet(**more):
    """A hundred accounts to which nothing happens, and what else is asked for."""
    rows = [account(f"a{n:03d}") for n in range(100)]
    return dataset(account=[*rows, *more.pop("account", [])], **more)


def judged(held, *columns):
    return judge_cards(held, judge_of("account", *(columns or (PAID_BAD, AT_NIGHT))), regime())


@pytest.mark.parametrize("source", ["police", "court"])
def test_a_card_that_police_or_court_recognised_is_suspended_and_says_so(source):
    found = judged(quiet(label=[label("a001", before(3), source=source)]))
    card = decided(found, "a001")
    assert card["tier"] == "high_risk"
    assert card["measure"] == "suspend"
    assert card["reasons"][0] == "implicated"
    assert card["score"] >= judging.CONFIRMED_SCORE
    law = found.more.row(by_predicate=pl.col("card_id") == "a001", named=True)
    assert "反电信网络诈骗法" in law["legal_basis"]
    others = found.table.filter(pl.col("card_id") != "a001")
    assert (others["tier"] == "normal").all()
    assert (others["measure"] == "allow").all()


def test_what_our_own_review_confirmed_is_high_but_not_suspended_as_recognised():
    card = decided(judged(quiet(label=[label("a001", before(3), source="review")])), "a001")
    assert card["score"] >= judging.REVIEWED_SCORE
    assert card["measure"] != "suspend"
    assert "implicated" not in card["reasons"]


def test_the_last_word_decides_and_a_later_clearing_frees_the_card():
    told = [label("a001", before(9)), label("a001", before(3), bad=False, source="appeal")]
    card = decided(judged(quiet(label=told)), "a001")
    assert card["tier"] == "normal"
    assert card["measure"] == "allow"
    card = decided(judged(quiet(label=[*told, label("a001", before(1))])), "a001")
    assert card["measure"] == "suspend"


def payments(card, days=2):
    """Two payments at night (Shanghai) to a card that was reported before."""
    night = before(days).replace(hour=18)
    return [transfer(f"n{i}{card}", card, "reported", night.replace(minute=i)) for i in range(3)]


REPORTED = [lead("l", "reported", before(20))]


def test_a_cleared_card_stays_normal_while_it_is_protected_unless_it_is_reported_anew():
    paid = payments("a001")
    bare = decided(judged(quiet(transfer=paid, lead=REPORTED)), "a001")
    assert bare["score"] >= 0.5
    assert bare["tier"] == "suspicious"
    told = [label("a001", before(1), bad=False, source="appeal")]
    card = decided(judged(quiet(transfer=paid, lead=REPORTED, label=told)), "a001")
    assert (card["tier"], card["measure"]) == ("normal", "allow")
    assert card["reasons"][0] == "cleared"
    anew = [*REPORTED, lead("l2", "a001", before(0, minutes=9))]
    card = decided(judged(quiet(transfer=paid, lead=anew, label=told)), "a001")
    assert card["tier"] != "normal"
    days = int(regime().number("labels.cleared_protection_days"))
    told = [label("a001", before(days + 1), bad=False, source="appeal")]
    card = decided(judged(quiet(transfer=paid, lead=REPORTED, label=told)), "a001")
    assert card["tier"] != "normal"


def test_who_paid_a_reported_card_is_asked_back_and_never_high_risk():
    found = judged(quiet(transfer=payments("a001"), lead=REPORTED))
    card = decided(found, "a001")
    assert card["score"] >= 0.5
    assert card["tier"] == "suspicious"
    assert card["measure"] == "verify_transaction"
    assert "looks_like_victim" in card["reasons"]


def test_who_passes_on_what_came_in_does_not_pass_for_a_victim():
    came = [
        transfer(f"i{n}", f"s{n}", "a001", before(3, minutes=20 + n), amount_fen=900_000)
        for n in range(6)
    ]
    went = [
        transfer(f"o{n}", "a001", "reported", before(3, minutes=n), amount_fen=900_000)
        for n in range(6)
    ]
    held = quiet(transfer=[*came, *went, *payments("a001")], lead=REPORTED)
    assert decided(judged(held), "a001")["tier"] == "high_risk"


def test_one_family_of_signals_alone_never_raises_a_card():
    assert FAMILY[PAID_BAD] != FAMILY[AT_NIGHT]
    found = judged(quiet(transfer=payments("a001"), lead=REPORTED), PAID_BAD)
    card = decided(found, "a001")
    assert card["score"] >= 0.5
    assert (card["tier"], card["measure"]) == ("normal", "allow")


def test_reasons_are_features_that_raised_the_score_with_their_values():
    found = judged(quiet(transfer=payments("a001"), lead=REPORTED))
    values = found.values["a001"]
    assert values[PAID_BAD] == 1
    assert values[AT_NIGHT] == 3
    told = [r for r in decided(found, "a001")["reasons"] if r in FAMILY]
    assert set(told) == {PAID_BAD, AT_NIGHT}
    assert set(found.values) == {"a001"}, "nothing is owed where nothing is done"


def test_what_is_not_known_of_a_card_is_no_reason_however_high_it_scores():
    """A model may have learned that bad cards come from records in which much is missing."""
    rng, names = np.random.default_rng(3), catalogue.names_of("account")
    X = np.zeros((2_000, len(names)), dtype=np.float32)
    bad = rng.random(2_000) < 0.3
    X[np.ix_(bad, [names.index(PAID_BAD), names.index(AT_NIGHT)])] = np.nan
    number = np.arange(2_000)
    learned = Examples(X, bad.astype(np.int8), np.ones(2_000), number, number)
    settings = TrainSettings(rounds=30, members=1, column_share=1.0, label_frequency=1.0)
    judge = Judge("account", train(learned, names, seed=1, settings=settings), "given")
    told = tell(judge, X[bad][:1], regime())
    assert told.score[0] > 0.5
    assert told.reasons == {0: []}
    assert told.families == {0: []}


def test_no_more_than_the_capacity_rise_however_many_score_high():
    paid = [row for n in range(50) for row in payments(f"a{n:03d}")]
    found = judged(quiet(transfer=paid, lead=REPORTED))
    assert (found.table["score"] >= 0.5).sum() == 50
    raised = found.table.filter(pl.col("tier") != "normal")
    assert raised.height == 1
    assert raised["card_id"].to_list() == ["a000"], "ties go by card, not by chance"


def test_telling_in_parts_says_the_same_as_telling_at_once(monkeypatch):
    judge = judge_of("account", PAID_BAD, AT_NIGHT)
    rng = np.random.default_rng(5)
    X = rng.integers(0, 4, (300, len(catalogue.names_of("account")))).astype(np.float32)
    whole = tell(judge, X, regime())
    monkeypatch.setattr(judging, "CHUNK", 70)
    parts = tell(judge, X, regime())
    assert np.array_equal(whole.score, parts.score)
    assert whole.reasons == parts.reasons
    assert whole.families == parts.families
    assert whole.values == parts.values
    families, reasons = whole.words
    assert families.to_list() == [whole.families.get(row, []) for row in range(300)]
    assert reasons.to_list() == [whole.reasons.get(row, []) for row in range(300)]
    assert any(whole.reasons.values())


def test_no_cards_are_judged_without_a_fault():
    told = tell(
        judge_of("account", PAID_BAD, AT_NIGHT),
        np.empty((0, len(catalogue.names_of("account"))), np.float32),
        regime(),
    )
    assert told.score.size == 0


# events


def answers(held, kind="transfer", columns=("amount_fen", "is_first")):
    found = judge_events(held, judge_of(kind, *columns), regime())
    return {row["event_id"]: row for row in found.table.iter_rows(named=True)}


def test_only_the_last_days_are_answered():
    days = int(regime().number("intercept.days_judged"))
    rows = [transfer(f"t{n}", "a", "b", before(n)) for n in (0.5, days, days + 0.01)]
    assert set(answers(dataset(transfer=rows))) == {"t0.5", f"t{days}"}


def test_a_protected_payment_passes_even_to_a_recognised_card():
    rows = [
        transfer("salary", "a", "bad", before(1), memo_kind="salary"),
        transfer("plain", "a", "bad", before(1)),
        transfer("utility", "c", "d", before(1), memo_kind="utility"),
        transfer("first", "e", "f", before(1)),
    ]
    told = answers(dataset(transfer=rows, label=[label("bad", before(2))]))
    assert told["plain"]["answer"] == "suspend"
    assert told["plain"]["reasons"][0] == "implicated"
    assert told["salary"]["answer"] == "allow"
    assert told["utility"]["answer"] == "allow"
    assert told["utility"]["score"] >= 0.5, "passed in spite of its score"
    assert told["first"]["answer"] == "delay_settlement"


def test_only_what_police_had_said_by_the_events_instant_counts():
    rows = [transfer(f"t{n}", "MERCHANT:s", "bad", before(n)) for n in (6, 5, 4, 3, 2, 1)]
    told = [
        label("bad", before(5)),
        label("bad", before(3, minutes=1), bad=False, source="appeal"),
        label("bad", before(1, minutes=1)),
    ]
    found = answers(dataset(transfer=rows, label=told), columns=("depth", "is_first"))
    suspended = [name for name, row in found.items() if row["answer"] == "suspend"]
    # at 5 the label was only just being written: an event does not see its own instant
    assert sorted(suspended) == ["t1", "t4"]


def test_our_own_review_suspends_nothing():
    held = dataset(
        transfer=[transfer("t", "a", "b", before(1))],
        label=[label("b", before(2), source="review")],
    )
    assert answers(held, columns=("depth", "is_first"))["t"]["answer"] != "suspend"


def test_either_side_of_a_transfer_counts_but_only_the_caller_of_a_call():
    marks = [label("bad", before(9)), label("bad", before(9), kind="sim")]
    rows = [transfer("out", "bad", "x", before(1)), transfer("in", "x", "bad", before(1))]
    told = answers(dataset(transfer=rows, label=marks), columns=("depth", "is_first"))
    assert {row["answer"] for row in told.values()} == {"suspend"}
    calls = [call("out", "bad", "x", before(1)), call("in", "x", "bad", before(1))]
    told = answers(dataset(call=calls, label=marks), "call", ("is_roaming", "is_first"))
    assert told["out"]["answer"] == "suspend"
    assert told["in"]["answer"] == "allow"


def test_an_emergency_number_always_connects():
    calls = [call("sos", "bad", "110", before(1)), call("plain", "bad", "x", before(1))]
    held = dataset(call=calls, label=[label("bad", before(9), kind="sim")])
    told = answers(held, "call", ("is_roaming", "is_first"))
    assert told["sos"]["answer"] == "allow"
    assert told["plain"]["answer"] == "suspend"


def test_an_event_answers_the_same_whatever_comes_after_it():
    rows = [transfer(f"t{n}", "a", f"b{n}", before(3, minutes=-n)) for n in range(20)]
    more = [transfer(f"u{n}", "a", f"b{n}", before(2, minutes=n)) for n in range(20)]
    some, all_of = answers(dataset(transfer=rows)), answers(dataset(transfer=[*rows, *more]))
    assert {name: all_of[name] for name in some} == some


# applications


def advised(held, *columns):
    found = judge_openings(held, judge_of("opening", *(columns or ("hour",))), regime())
    return {row["opening_id"]: row for row in found.table.iter_rows(named=True)}


def test_an_application_is_judged_as_it_stood_and_in_its_place():
    rows = [
        opening("o3", "p3", before(1)),
        opening("o1", "p1", before(9)),
        opening("s2", "p2", before(5), card_kind="sim"),
    ]
    found = judge_openings(dataset(opening=rows), judge_of("opening", "hour"), regime())
    assert found.table["opening_id"].to_list() == ["o1", "s2", "o3"]
    assert found.more["card_kind"].to_list() == ["account", "sim", "account"]
    later = advised(dataset(opening=rows, account=[account("x", holder="p1")]))
    assert later["o1"]["score"] == found.table["score"][0]


def test_a_sixth_phone_card_of_one_company_is_not_given():
    held = [sim(f"s{n}", holder="p") for n in range(5)]
    asked = [
        opening("own", "p", before(1), card_kind="sim", outlet_id="hall"),
        opening("other", "q", before(1), card_kind="sim", outlet_id="hall"),
    ]
    told = advised(dataset(sim=[{**s, "outlet_id": "hall"} for s in held], opening=asked))
    assert told["own"]["advice"] == "refuse_opening"
    assert told["own"]["reasons"]
    assert told["other"]["advice"] == "allow"


def test_the_instant_of_the_dataset_is_that_of_the_table():
    found = judged(quiet())
    assert found.table["as_of"].unique().to_list() == [AS_OF]
    assert DAY == 86_400_000_000
