import pytest

from door_room import call, judges, opening, order, transfer
from duanka.intercept import concluding
from duanka.intercept.concluding import Facts, Seen
from duanka.intercept.known import Known
from duanka.intercept.scoring import Found
from duanka.intercept.terms import DAY


def acquainted():
    """What a door knows that has seen transfers and calls for long enough."""
    known = Known((), 10**12)
    for day in range(10):
        for kind in ("transfer", "call"):
            known.acquaintance.saw(kind, day * DAY)
    return known


def conclude(event, score, families=("money", "taint"), reasons=("in_count_7d",), facts=None):
    known = acquainted()
    terms = judges().terms.at(event.at)
    found = Found(score, families, reasons)
    given = facts or concluding.facts_of(known, terms, event)
    return concluding.conclude(terms, event, given, Seen(found, late=False, model_version="m"))


@pytest.mark.parametrize(
    ("event", "score", "answer"),
    [
        (transfer(1), 0.9, "delay_settlement"),
        (transfer(1), 0.001, "allow"),
        (transfer(1, memo_kind="medical"), 0.99, "allow"),
        (call(1), 0.99, "restrict"),
        (call(1, callee_id="110"), 0.99, "allow"),
        (opening(1), 0.3, "check_further"),
    ],
)
def test_a_score_and_two_families_come_to_what_the_policy_says(event, score, answer):
    said = conclude(event, score)
    assert (said.answer, said.score, said.model_version) == (answer, score, "m")
    assert (said.legal_basis is None) == (answer == "allow")
    if answer != "allow":
        assert said.reasons


@pytest.mark.parametrize("event", [transfer(1), call(1), opening(1)])
def test_one_family_of_signals_restricts_nobody(event):
    said = conclude(event, 0.99, families=("money",))
    assert said.answer == "allow"
    assert said.held_fen is None


def test_a_milder_order_does_not_soften_what_the_score_says():
    known = acquainted()
    known.tell(order("a1", "verify_transaction"))
    terms = judges().terms.at(transfer(1).at)
    facts = concluding.facts_of(known, terms, transfer(1))
    assert facts.ordered.outcome.then == "verify_transaction"
    assert conclude(transfer(1), 0.9, facts=facts).answer == "delay_settlement"
    low = conclude(transfer(1), 0.0, facts=facts, reasons=())
    assert (low.answer, low.reasons) == ("verify_transaction", ("order_in_force",))


def test_a_time_out_never_refuses_an_application():
    event = opening(1)
    said = concluding.timed_out(judges().terms.at(event.at), event, Facts({}))
    assert (said.answer, said.review, said.score) == ("check_further", "person", None)
    assert said.legal_basis


@pytest.mark.parametrize(
    ("event", "answer"), [(transfer(1), "verify_transaction"), (call(1), "allow")]
)
def test_a_door_that_knows_nobody_stops_nobody_by_a_score(event, answer):
    facts = concluding.facts_of(Known((), 10**12), judges().terms.at(event.at), event)
    said = conclude(event, 0.99, facts=facts)
    assert (said.answer, said.because, said.review) == (answer, "door_is_cold", "person")
    assert (said.cold, said.held_fen) == (True, None)
    assert said.reasons[0] == "door_is_cold"
    assert not conclude(event, 0.99).cold


def test_a_door_that_knows_nobody_still_does_what_police_and_orders_say():
    known = Known((), 10**12)
    known.tell(order("a1", "suspend"))
    event = transfer(1)
    facts = concluding.facts_of(known, judges().terms.at(event.at), event)
    assert conclude(event, 0.0, facts=facts).answer == "suspend"
    named = Facts({**facts.asked, "implicated": True}, cold=True)
    assert conclude(event, 0.0, facts=named).because == "implicated"


def test_a_card_with_reduced_functions_is_offered_where_more_must_be_asked():
    said = conclude(opening(1), 0.3)
    assert said.steps == ("reduced_functions",)
    assert "功能较少的" in said.next_zh
    assert "reduced functions can be opened now" in said.next_en
    assert conclude(opening(1), 0.0).steps == ()


@pytest.mark.parametrize("facts", [{"disciplined": True}, {"sims_held": 5, "asked_kind": "sim"}])
def test_no_card_with_reduced_functions_goes_round_the_law(facts):
    said = conclude(opening(1, card_kind="sim"), 0.3, facts=Facts(facts))
    assert (said.answer, said.steps) == ("refuse_opening", ())
