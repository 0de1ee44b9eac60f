from datetime import date

import pytest

from duanka.intercept.orders import Orders, at_least
from duanka.policy.dated import load
from duanka.policy.decide_one import Book

RULES = Book(load()).at(date(2026, 6, 1))
TABLE = "intercept_order_transfer"


def order(name="o1", measure="restrict", state="in_force", *, begin=100, end=None, card="a1"):
    return {
        "order_id": name,
        "card_kind": "account",
        "card_id": card,
        "measure": measure,
        "state": state,
        "starts_at": begin,
        "expires_at": end,
        "legal_basis": "某条",
    }


def told(*rows):
    found = Orders()
    for row in rows:
        found.tell(row)
    return found


def answer(orders, at=200, *, protected=False, at_counter=False, side="payer"):
    asked = {"at": at, "protected": protected, "at_counter": at_counter}
    found = orders.answer(RULES, asked, TABLE, {side: "account\0a1"})
    return found and found.outcome.then


def test_an_order_counts_from_its_beginning_up_to_its_end():
    found = told(order(begin=100, end=300))
    assert [answer(found, at) for at in (99, 100, 299, 300)] == [None, "restrict", "restrict", None]


@pytest.mark.parametrize("state", ["lifted", "expired"])
def test_a_lift_takes_effect_with_the_next_event(state):
    found = told(order(), order(state=state))
    assert answer(found) is None
    assert len(found) == 0
    assert answer(told(order(state=state))) is None


@pytest.mark.parametrize(
    "measure",
    ["verify_transaction", "reverify_identity", "delay_settlement", "receive_only",
     "stop_non_counter", "restrict", "suspend", "stop_payment", "freeze"],
)  # fmt: skip
@pytest.mark.parametrize("side", ["payer", "payee"])
def test_protected_payments_pass_under_every_order(measure, side):
    assert answer(told(order(measure=measure)), protected=True, side=side) is None


def test_the_strictest_of_several_orders_counts():
    found = told(order("o1", "delay_settlement"), order("o2", "suspend"), order("o3", "restrict"))
    assert answer(found) == "suspend"
    found.tell(order("o2", "suspend", "lifted"))
    assert answer(found) == "restrict"
    assert answer(found, at_counter=True) == "delay_settlement"


def test_receiving_goes_on_unless_all_business_is_suspended():
    assert answer(told(order(measure="stop_payment")), side="payee") is None
    assert answer(told(order(measure="suspend")), side="payee") == "suspend"


def test_what_is_saved_is_taken_up_again():
    found = Orders()
    found.restore(told(order(end=300), order("o2", card="a2")).save())
    assert len(found) == 2
    assert (answer(found, 299), answer(found, 300)) == ("restrict", None)


def test_answers_are_ordered_by_strictness():
    assert at_least("suspend", "restrict")
    assert at_least("allow", "allow")
    assert not at_least("verify_transaction", "delay_settlement")
