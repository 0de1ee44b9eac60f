import pytest

from door_room import call, judges, opening, order, transfer
from duanka.intercept import concluding
from duanka.intercept.concluding import Facts, Seen
from duanka.intercept.known import Known
from duanka.intercept.scoring import Found


def conclude(event, score, families=("money", "taint"), reasons=("in_count_7d",), facts=None):
    known = Known((), 10**12)
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
    known = Known((), 10**12)
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
