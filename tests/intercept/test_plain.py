from itertools import product

import pytest

from door_room import call, judges, label, lead, order, transfer
from duanka.intercept import concluding, plain
from duanka.intercept.concluding import Seen
from duanka.intercept.known import Known
from duanka.intercept.scoring import Found
from duanka.intercept.terms import DAY

SCORES = (0.0, 0.009, 0.01, 0.0499999, 0.05, 0.3, 0.5, 0.94, 0.95, 1.0)
FAMILIES = ((), ("money",), ("money", "money"), ("money", "taint"))


def known(days: int = 10) -> Known:
    """What a door knows that saw so many days, the last one that of these tests' events."""
    found = Known((), 10**12)
    for kind, day in product(("transfer", "call"), range(days)):
        found.acquaintance.saw(kind, transfer(1).at - (days - 1 - day) * DAY)
    return found


def both(known: Known, event, what):
    """The quick answer and the one that is concluded; the first is None where there is none."""
    terms = judges().terms.at(event.at)
    run = plain.run_of(known, terms, [event], "m")
    answer = plain.allowed(known, run, event, what)
    quick = None if answer is None else (answer, plain.facts_of(run, event))
    facts = concluding.facts_of(known, terms, event)
    slow = concluding.conclude(terms, event, facts, Seen(what, late=False, model_version="m"))
    return quick, (slow, facts)


@pytest.mark.parametrize("days", [2, 10])
def test_who_is_let_pass_quickly_is_told_the_same_as_slowly_and_nobody_else_is(days):
    events = [
        transfer(1, amount_fen=fen, memo_kind=memo)
        for fen in (1, 499_999, 500_000, 500_001, 10**9)
        for memo in (None, "personal", "medical")
    ]
    events += [call(1), call(1, callee_id="110")]
    passed, door = 0, known(days)
    for event, score, families in product(events, SCORES, FAMILIES):
        quick, slow = both(door, event, Found(score, families, ("in_count_7d",) * bool(families)))
        if quick is None:
            assert slow[0].answer != "allow" or slow[0].cold
        else:
            assert quick == slow
            passed += 1
    assert passed > len(events) * len(SCORES) * len(FAMILIES) / 2


@pytest.mark.parametrize(
    "mark", [order("a1", "suspend"), label("b1", -60), label("a1", -60), lead("a1", -60, 5_000)]
)
def test_what_is_known_of_a_card_is_never_passed_over(mark):
    door = known()
    door.tell(mark)
    assert both(door, transfer(1), Found(0.001))[0] is None
    assert both(door, transfer(2, payee_id="b9"), Found(0.001))[0] is not None


def test_the_first_of_a_day_is_concluded_slowly():
    terms = judges().terms.at(transfer(1).at)
    assert plain.run_of(Known((), 10**12), terms, [transfer(1)], "m") is None
    tomorrow = transfer(2, at_s=DAY / 1e6)
    assert plain.run_of(known(), terms, [transfer(1), tomorrow], "m") is None
    assert plain.run_of(known(), terms, [transfer(1)], "m") is not None
